//! What can be asked, and how answers travel.

use crate::explore::server::refused::refused;
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

use crate::explore::server::assets;
use crate::explore::server::guard::{Guard, watch};
use crate::explore::{
    laboratory::{Laboratory, Refusal},
    requests::{ChoiceRequest, CsvRequest, FileRequest, RunRequest, TraceRequest},
};
use crate::kernel::control::Control;

/// Largest request, bytes.
const LARGEST: usize = 64 << 10;

type Shared = State<Arc<Laboratory>>;

/// All routes, behind the guard.
pub(crate) fn router(laboratory: Arc<Laboratory>, guard: Guard) -> Router {
    Router::new()
        .route("/", get(|| async { assets::page() }))
        .route(
            "/page/{*name}",
            get(|Path(name): Path<String>| async move { assets::file(&name) }),
        )
        .route(
            "/api/model",
            get(|State(own): Shared| async move { Json(own.model()) }),
        )
        .route("/api/scenario", get(scenario))
        .route("/api/run", post(run))
        .route("/api/trace", post(trace))
        .route("/api/choice", post(choice))
        .route("/api/scenario-file", post(scenario_file))
        .route("/api/csv", post(csv))
        .fallback(|| async { refused(StatusCode::NOT_FOUND, "there is no such page") })
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(middleware::from_fn_with_state(guard, watch))
        .with_state(laboratory)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self {
            Refusal::Request(_) => StatusCode::BAD_REQUEST,
            Refusal::Unknown(_) => StatusCode::NOT_FOUND,
            Refusal::Run(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::Cancelled => StatusCode::REQUEST_TIMEOUT,
        };
        refused(status, &self.to_string())
    }
}

#[derive(serde::Deserialize)]
struct Named {
    name: String,
}

async fn scenario(State(own): Shared, named: Result<Query<Named>, QueryRejection>) -> Response {
    let Ok(Query(Named { name })) = named else {
        return refused(StatusCode::BAD_REQUEST, "allowed: /api/scenario?name=NAME");
    };
    own.scenario(&name)
        .map_or_else(Refusal::into_response, |found| Json(found).into_response())
}

async fn trace(State(own): Shared, body: Bytes) -> Response {
    answer(body, move |request: TraceRequest, _| own.trace(&request)).await
}

async fn choice(State(own): Shared, body: Bytes) -> Response {
    answer(body, move |request: ChoiceRequest, _| own.choice(&request)).await
}

async fn scenario_file(State(own): Shared, body: Bytes) -> Response {
    let work = move |request: FileRequest, _: &Control| own.scenario_file(&request);
    match worked(body, work).await {
        Ok((name, text)) => attachment("application/toml", &name, text.into()),
        Err(response) => response,
    }
}

async fn csv(State(own): Shared, body: Bytes) -> Response {
    let work = move |request: CsvRequest, control: &Control| own.csv(&request, control);
    match worked(body, work).await {
        Ok((name, bytes)) => attachment("text/csv; charset=utf-8", &name, bytes.into()),
        Err(response) => response,
    }
}

fn attachment(kind: &'static str, name: &str, body: Body) -> Response {
    let disposition = format!(
        "attachment; filename=\"{}\"",
        name.replace(['"', '\\'], "_")
    );
    let headers = [
        (header::CONTENT_TYPE, kind.to_string()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, body).into_response()
}

/// Cancels work when whoever waits for it is gone.
struct CancelOnDrop(Arc<Control>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|error| Refusal::Request(error.to_string()))
}

/// Does the work of a request on a thread of its own.
async fn worked<Q, A>(
    body: Bytes,
    work: impl FnOnce(Q, &Control) -> Result<A, Refusal> + Send + 'static,
) -> Result<A, Response>
where
    Q: DeserializeOwned + Send + 'static,
    A: Send + 'static,
{
    let request = parse::<Q>(&body).map_err(Refusal::into_response)?;
    let control = Arc::new(Control::default());
    let _guard = CancelOnDrop(Arc::clone(&control));
    let done = tokio::task::spawn_blocking(move || {
        if control.is_cancelled() {
            return Err(Refusal::Cancelled);
        }
        work(request, &control)
    });
    match done.await {
        Ok(found) => found.map_err(Refusal::into_response),
        Err(error) => Err(refused(
            StatusCode::INTERNAL_SERVER_ERROR,
            &error.to_string(),
        )),
    }
}

async fn answer<Q, A>(
    body: Bytes,
    work: impl FnOnce(Q, &Control) -> Result<A, Refusal> + Send + 'static,
) -> Response
where
    Q: DeserializeOwned + Send + 'static,
    A: Serialize + Send + 'static,
{
    // Written as text where the work is done: what a page gets is large.
    let text = move |request: Q, control: &Control| {
        let found = work(request, control)?;
        serde_json::to_vec(&found).map_err(|error| Refusal::Run(error.to_string()))
    };
    match worked(body, text).await {
        Ok(bytes) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(response) => response,
    }
}

/// What the thread of a run hands over: a line, or why there is none.
type Told = Result<Bytes, Refusal>;

/// Streams snapshots, a line of JSON each.
async fn run(State(own): Shared, body: Bytes) -> Response {
    let request = match parse::<RunRequest>(&body) {
        Ok(request) => request,
        Err(refusal) => return refusal.into_response(),
    };
    let control = Arc::new(Control::default());
    let guard = CancelOnDrop(Arc::clone(&control));
    let (teller, mut told) = mpsc::channel::<Told>(2);
    tokio::task::spawn_blocking(move || {
        let tell = |snapshot: &_| {
            line(snapshot).is_some_and(|line| teller.blocking_send(Ok(line)).is_ok())
        };
        if let Err(refusal) = own.run(&request, &control, tell) {
            // Whoever does not listen any more has no use for it.
            let _ = teller.blocking_send(Err(refusal));
        }
    });
    // What is wrong with a request is known before the first line, while a status can still say so.
    let first = match told.recv().await {
        Some(Ok(line)) => line,
        Some(Err(refusal)) => return refusal.into_response(),
        None => return refused(StatusCode::INTERNAL_SERVER_ERROR, "the run ended early"),
    };
    let rest = ReceiverStream::new(told).map(move |told| {
        let _ = &guard;
        told.unwrap_or_else(|refusal| {
            line(&json!({ "error": refusal.to_string() })).unwrap_or_default()
        })
    });
    let lines = tokio_stream::once(first)
        .chain(rest)
        .map(Ok::<_, Infallible>);
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    (kind, Body::from_stream(lines)).into_response()
}

fn line(value: &impl Serialize) -> Option<Bytes> {
    let mut bytes = serde_json::to_vec(value).ok()?;
    bytes.push(b'\n');
    Some(bytes.into())
}
