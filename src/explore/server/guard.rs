//! Who may ask: the browser that was given the link, from the page it got.
//!
//! Any page on the web can make a browser send requests to the loopback address. The token keeps out whoever does not
//! have the link, the `Host` header pages that rebind their name to this address, and the `Origin` header requests of
//! other pages.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};

use crate::explore::server::refused::refused;

/// Headers of every answer.
const HEADERS: [(HeaderName, &str); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
         form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
];

/// What a stranger reads.
const STRANGER: &str = "this page opens with the link that `dualtrack explore` printed; settings after `#` are kept if they are \
     put behind it";

/// Knows the token and the port.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    token: String,
    port: u16,
}

impl Guard {
    pub fn new(token: String, port: u16) -> Self {
        Guard { token, port }
    }

    pub fn link(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.port, self.token)
    }

    /// Name of the cookie. Browsers share cookies between ports.
    fn cookie(&self) -> String {
        format!("dualtrack-{}", self.port)
    }

    /// Compares digests, so that the time it takes tells nothing.
    fn is_token(&self, found: &str) -> bool {
        Sha256::digest(found) == Sha256::digest(&self.token)
    }

    fn is_host(&self, host: &str) -> bool {
        ["127.0.0.1", "localhost"]
            .iter()
            .any(|name| host == format!("{name}:{}", self.port))
    }

    fn is_own_origin(&self, origin: &str) -> bool {
        origin
            .strip_prefix("http://")
            .is_some_and(|host| self.is_host(host))
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let name = self.cookie();
        let cookies = headers.get_all(header::COOKIE).iter();
        let mut pairs = cookies
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='));
        pairs.any(|(key, value)| key == name && self.is_token(value))
    }

    /// The answer to a request that goes no further.
    fn stop(&self, method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Response> {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let forbidden = |message| Some(refused(StatusCode::FORBIDDEN, message));
        if !text(header::HOST).is_some_and(|host| self.is_host(host)) {
            return forbidden("the request is for another host");
        }
        if let Some(origin) = text(header::ORIGIN)
            && !self.is_own_origin(origin)
        {
            return forbidden("the request comes from another page");
        }
        if uri.path() == "/"
            && let Some(found) = token_of(uri)
        {
            if !self.is_token(found) {
                return forbidden(
                    "the token is wrong; take the link that `dualtrack explore` printed",
                );
            }
            // The token leaves the address bar; what stands behind `#` stays there.
            let cookie = format!(
                "{}={}; HttpOnly; SameSite=Strict; Path=/",
                self.cookie(),
                self.token
            );
            return Some(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response());
        }
        if !self.has_cookie(headers) {
            return forbidden(STRANGER);
        }
        if method == Method::POST {
            if text(header::ORIGIN).is_none() {
                return forbidden("the request names no origin");
            }
            if !text(header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("application/json"))
            {
                return Some(refused(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "allowed: application/json",
                ));
            }
        }
        None
    }
}

fn token_of(uri: &Uri) -> Option<&str> {
    let pairs = uri.query()?.split('&');
    pairs
        .filter_map(|pair| pair.split_once('='))
        .find_map(|(key, value)| (key == "token").then_some(value))
}

/// Lets through whom it may, and sets the headers of every answer.
pub(crate) async fn watch(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let stopped = guard.stop(request.method(), request.uri(), request.headers());
    let mut response = match stopped {
        Some(response) => response,
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &str, method: Method, headers: &[(HeaderName, &str)]) -> Option<StatusCode> {
        let guard = Guard::new("abc".to_string(), 4000);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.clone(), HeaderValue::from_str(value).expect("a value"));
        }
        let uri: Uri = path.parse().expect("a path");
        guard
            .stop(&method, &uri, &map)
            .map(|response| response.status())
    }

    const HOST: (HeaderName, &str) = (header::HOST, "127.0.0.1:4000");
    const COOKIE: (HeaderName, &str) = (header::COOKIE, "other=1; dualtrack-4000=abc");
    const ORIGIN: (HeaderName, &str) = (header::ORIGIN, "http://127.0.0.1:4000");
    const JSON: (HeaderName, &str) = (header::CONTENT_TYPE, "application/json");

    #[test]
    fn the_token_opens_and_nothing_else_does() {
        let get = |path, headers: &[_]| asked(path, Method::GET, headers);
        assert_eq!(get("/?token=abc", &[HOST]), Some(StatusCode::SEE_OTHER));
        assert_eq!(get("/?token=abd", &[HOST]), Some(StatusCode::FORBIDDEN));
        assert_eq!(get("/", &[HOST]), Some(StatusCode::FORBIDDEN));
        assert_eq!(
            get("/api/model?token=abc", &[HOST]),
            Some(StatusCode::FORBIDDEN)
        );
        assert_eq!(get("/api/model", &[HOST, COOKIE]), None);
        let of_another_port = (header::COOKIE, "dualtrack-4001=abc");
        assert_eq!(
            get("/", &[HOST, of_another_port]),
            Some(StatusCode::FORBIDDEN)
        );
    }

    #[test]
    fn other_hosts_and_other_pages_are_refused_even_with_the_cookie() {
        let rebound = (header::HOST, "evil.example:4000");
        let evil = (header::ORIGIN, "http://evil.example");
        assert_eq!(
            asked("/", Method::GET, &[rebound, COOKIE]),
            Some(StatusCode::FORBIDDEN)
        );
        assert_eq!(
            asked("/", Method::GET, &[COOKIE]),
            Some(StatusCode::FORBIDDEN)
        );
        let post = |headers: &[_]| asked("/api/run", Method::POST, headers);
        assert_eq!(
            post(&[HOST, COOKIE, evil, JSON]),
            Some(StatusCode::FORBIDDEN)
        );
        assert_eq!(post(&[HOST, COOKIE, JSON]), Some(StatusCode::FORBIDDEN));
        assert_eq!(
            post(&[HOST, COOKIE, ORIGIN]),
            Some(StatusCode::UNSUPPORTED_MEDIA_TYPE)
        );
        assert_eq!(post(&[HOST, COOKIE, ORIGIN, JSON]), None);
    }
}
