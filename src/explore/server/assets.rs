//! The files of the page, which come with the program.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::explore::server::refused::refused;

/// A file of the page: its name, type and text.
type File = (&'static str, &'static str, &'static str);

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

/// Files by name, with their types.
macro_rules! files {
    ($($name:literal: $kind:ident),* $(,)?) => {
        &[$(($name, $kind, include_str!(concat!("../page/", $name)))),*]
    };
}

static PAGE: &str = include_str!("../page/index.html");
static FILES: &[File] = files![
    "api.js": SCRIPT,
    "charts.js": SCRIPT,
    "chips.js": SCRIPT,
    "controls.js": SCRIPT,
    "dom.js": SCRIPT,
    "field.js": SCRIPT,
    "format.js": SCRIPT,
    "labels.js": SCRIPT,
    "link.js": SCRIPT,
    "main.js": SCRIPT,
    "map.js": SCRIPT,
    "outcomes.js": SCRIPT,
    "palette.js": SCRIPT,
    "parameters.js": SCRIPT,
    "player.js": SCRIPT,
    "plot.js": SCRIPT,
    "reasons.js": SCRIPT,
    "runner.js": SCRIPT,
    "save.js": SCRIPT,
    "sides.js": SCRIPT,
    "store.js": SCRIPT,
    "style.css": STYLE,
    "vendor/uPlot.esm.js": SCRIPT,
    "vendor/uPlot.min.css": STYLE,
];

/// The page itself.
pub(crate) fn page() -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE).into_response()
}

/// A file of the page.
pub(crate) fn file(name: &str) -> Response {
    match FILES.iter().find(|(known, _, _)| *known == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => refused(StatusCode::NOT_FOUND, "there is no such file"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// Scripts and styles in a folder of the page.
    fn names(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                names(&entry.path(), &format!("{name}/"), found);
            } else if name.ends_with(".js") || name.ends_with(".css") {
                found.push(name);
            }
        }
    }

    #[test]
    fn every_script_and_style_is_served() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/explore/page");
        let mut found = Vec::new();
        names(&folder, "", &mut found);
        found.sort();
        let served: Vec<&str> = FILES.iter().map(|(name, _, _)| *name).collect();
        assert_eq!(found, served);
    }
}
