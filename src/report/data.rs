//! Data files that a scenario was read from, for figures that need more than its results.

use std::path::Path;

use crate::input::scenario::shipped;
use crate::table::source::{Source, hash, whole};

/// The data file the scenario was read from for `name`, such as `cities.csv`, whatever its own name is; if it is
/// there and still the same, or if it is the one that comes with the program.
fn data(source: &Source, name: &str) -> Option<String> {
    let key = name.strip_suffix(".csv").unwrap_or(name);
    let named = source.manifest().get("settings")?.get("data")?.get(key)?;
    let own = Path::new(named.as_str()?).file_name()?;
    let sources = source.manifest().get("sources")?.as_array()?;
    for read in sources {
        let path = Path::new(read.get("path")?.as_str()?);
        let sha256 = read.get("sha256")?.as_str()?;
        if path.file_name() != Some(own) {
            continue;
        }
        let shipped = shipped::DATA.iter().find(|(path, _)| path.ends_with(name));
        if let Some((_, text)) = shipped
            && hash(text.as_bytes()) == sha256
        {
            return Some((*text).to_string());
        }
        if let Ok(text) = whole(path)
            && hash(text.as_bytes()) == sha256
        {
            return Some(text);
        }
    }
    None
}

/// Rows of such a data file as the values of some columns; empty where it is not to be had.
pub fn rows<const N: usize>(source: &Source, name: &str, columns: [&str; N]) -> Vec<[String; N]> {
    let Some(text) = data(source, name) else {
        return Vec::new();
    };
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.as_bytes());
    let Ok(head) = reader.headers().cloned() else {
        return Vec::new();
    };
    let places = columns.map(|column| head.iter().position(|name| name == column));
    let row = |record: csv::StringRecord| {
        places.map(|place| {
            place
                .and_then(|place| record.get(place))
                .unwrap_or("")
                .to_string()
        })
    };
    reader.records().filter_map(Result::ok).map(row).collect()
}
