//! The house: a room of `src` knows only rooms below it.

use std::fs;
use std::path::Path;

/// Rooms, lowest first. Each may use those before it.
const ROOMS: [&str; 11] = [
    "kernel", "stats", "table", "model", "measure", "input", "study", "analysis", "report",
    "explore", "cli",
];

/// Every file of Rust below a folder.
fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Rooms that a text names after `crate::`, also in the braces of a `use`.
fn named(text: &str) -> Vec<&str> {
    let mut rooms = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_');
        rooms.push(&rest[..end.unwrap_or(rest.len())]);
    }
    rooms
}

#[test]
fn a_room_knows_only_rooms_below_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut climbs = Vec::new();
    let folders = fs::read_dir(&src)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let holds_code = |path: &std::path::PathBuf| {
        let mut sources = Vec::new();
        if path.is_dir() {
            files(path, &mut sources);
        }
        !sources.is_empty()
    };
    let name = |path: std::path::PathBuf| {
        path.file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned()
    };
    let mut rooms: Vec<String> = folders.filter(holds_code).map(name).collect();
    rooms.sort();
    let mut known = ROOMS.map(String::from);
    known.sort();
    assert_eq!(rooms, known);
    for (floor, room) in ROOMS.iter().enumerate() {
        let mut sources = Vec::new();
        files(&src.join(room), &mut sources);
        for path in sources {
            let text = fs::read_to_string(&path).expect("text");
            // Tests may look anywhere.
            let is_test = path.ends_with("tests.rs");
            let code = if is_test {
                ""
            } else {
                text.split("#[cfg(test)]\nmod tests").next().unwrap_or("")
            };
            for name in named(code) {
                let other = ROOMS.iter().position(|known| *known == name);
                assert!(
                    other.is_some() || name.is_empty(),
                    "{}: crate::{name}",
                    path.display()
                );
                if other.is_some_and(|other| other > floor) {
                    climbs.push(format!("{} uses `{name}`", path.display()));
                }
            }
        }
    }
    assert!(climbs.is_empty(), "{}", climbs.join("\n"));
}
