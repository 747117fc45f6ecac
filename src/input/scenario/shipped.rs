//! Files that come with the program, for who has nothing else: `shipped:/china-2015-2024.toml` names one wherever the
//! path of a file is asked for.

use std::io;
use std::path::{Component, Path, PathBuf};

use crate::kernel::text::nearest;

/// What paths of such files begin with.
pub const ROOT: &str = "shipped:";

/// A file by its path below [`ROOT`], as the folder `scenarios` has it.
macro_rules! files {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../../scenarios/", $path)))),*]
    };
}

/// Scenarios, by file name.
pub static SCENARIOS: &[(&str, &str)] = files![
    "china-2015-2024.toml",
    "eu-single-track.toml",
    "us-silos.toml",
    "coordinated.toml",
    "synthetic.toml",
    "core.toml",
];

/// Data tables, by path, with the page on their sources.
pub static DATA: &[(&str, &str)] = files![
    "data/README.md",
    "data/cities.csv",
    "data/sectors.csv",
    "data/instruments.csv",
    "data/pilot_zones.csv",
    "data/events.csv",
];

/// Claims of the paper, by path.
pub static CLAIMS: &[(&str, &str)] = files![
    "claims/a-central-level.toml",
    "claims/b-local-level.toml",
    "claims/c-assessment.toml",
    "claims/comparisons.toml",
    "claims/d-open-questions.toml",
];

/// Experiments with the tables they name, by path.
pub static EXPERIMENTS: &[(&str, &str)] = files![
    "experiments/evaluation-rules.toml",
    "experiments/frontier-rules.toml",
    "experiments/morris-all-uncertain.toml",
    "experiments/pilot-zones-18.csv",
    "experiments/pilot-zones-40.csv",
    "experiments/pilot-zones.toml",
    "experiments/retention.toml",
    "experiments/sobol-all-uncertain.toml",
    "experiments/tournament-comparability.toml",
];

/// The path of a shipped file by its path below the folder `scenarios`.
pub fn path(name: &str) -> String {
    format!("{ROOT}/{name}")
}

/// The path of a file that is named in another one of `folder`; names of shipped files start from nowhere else.
pub fn beside(folder: &Path, name: &str) -> PathBuf {
    if Path::new(name).starts_with(ROOT) {
        PathBuf::from(name)
    } else {
        folder.join(name)
    }
}

/// The bytes of a shipped file; none where the path is that of another one.
///
/// # Errors
/// That no file of this name is shipped.
pub(crate) fn read(path: &Path) -> Option<io::Result<&'static [u8]>> {
    let mut parts = path.components();
    if parts.next() != Some(Component::Normal(ROOT.as_ref())) {
        return None;
    }
    // Paths in shipped files may lead up a folder.
    let mut names: Vec<String> = Vec::new();
    for part in parts {
        match part {
            Component::ParentDir => drop(names.pop()),
            Component::Normal(name) => names.push(name.to_string_lossy().into_owned()),
            _ => {}
        }
    }
    let name = names.join("/");
    let files = || [SCENARIOS, DATA, CLAIMS, EXPERIMENTS].into_iter().flatten();
    let found = files().find(|(path, _)| *path == name);
    Some(found.map_or_else(
        || {
            let hint = nearest(&name, files().map(|(path, _)| *path)).map_or_else(
                || {
                    let names: Vec<&str> = SCENARIOS.iter().map(|(path, _)| *path).collect();
                    format!("; allowed: {}", names.join(", "))
                },
                |near| format!("; nearest valid name: {}", self::path(near)),
            );
            Err(io::Error::other(format!(
                "it does not come with the program{hint}"
            )))
        },
        |(_, text)| Ok(text.as_bytes()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shipped_file_is_found_by_its_path() {
        let found = read(Path::new("shipped:/claims/../data/cities.csv"));
        assert!(
            found
                .expect("shipped")
                .expect("there")
                .starts_with(b"city_id,")
        );
        assert!(read(Path::new("scenarios/data/cities.csv")).is_none());
    }

    #[test]
    fn an_unknown_name_gets_the_nearest_one() {
        let error = read(Path::new("shipped:/us-silo.toml")).expect("shipped");
        let message = error.expect_err("no such file").to_string();
        assert!(
            message.ends_with("nearest valid name: shipped:/us-silos.toml"),
            "{message}"
        );
    }

    #[test]
    fn every_file_that_users_name_is_shipped() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        for folder in ["", "claims", "experiments"] {
            for entry in std::fs::read_dir(root.join(folder)).expect("a folder") {
                let path = entry.expect("an entry").path();
                let name = path.strip_prefix(&root).expect("below").to_string_lossy();
                if path.is_file() && *name != *"schema.json" {
                    let found = read(Path::new(&self::path(&name))).expect("shipped");
                    assert!(found.is_ok(), "{name}");
                }
            }
        }
    }

    #[test]
    fn every_shipped_scenario_can_be_read_without_the_folder() {
        for (name, _) in SCENARIOS {
            let shipped = crate::input::scenario::load(Path::new(&path(name)), &[]).expect("valid");
            let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("scenarios")
                .join(name);
            let on_disk = crate::input::scenario::load(&folder, &[]).expect("valid");
            assert_eq!(shipped.resolved, on_disk.resolved);
            assert_eq!(shipped.world.cities, on_disk.world.cities);
        }
    }
}
