//! The files of the page, which come with the program.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::routes::refused;

/// A file of the page: its name, type and text.
type File = (&'static str, &'static str, &'static str);

/// Files by name, with their types.
macro_rules! files {
    ($($name:literal: $kind:literal),* $(,)?) => {
        &[$(($name, $kind, include_str!(concat!("../page/", $name)))),*]
    };
}

static PAGE: &str = include_str!("../page/index.html");
static FILES: &[File] = files![
    "style.css": "text/css; charset=utf-8",
];

/// The page itself.
pub(super) fn page() -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE).into_response()
}

/// A file of the page.
pub(super) fn file(name: &str) -> Response {
    match FILES.iter().find(|(known, _, _)| *known == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => refused(StatusCode::NOT_FOUND, "there is no such file"),
    }
}
