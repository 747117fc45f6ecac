//! What a reader takes away: a scenario file, and trace files as `dualtrack run` writes them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;

use crate::explore::laboratory::{Laboratory, Refusal, assignments, check_work, unknown};
use crate::explore::requests::{CsvRequest, FileRequest};
use crate::input::experiment::factor::Assignment;
use crate::input::scenario::shipped;
use crate::kernel::control::Control;
use crate::measure::traces::Traces;
use crate::study::job::{EngineError, Job};

/// Most bytes of a trace file.
const MOST_BYTES: u64 = 256 << 20;
/// Longest title, characters.
const LONGEST_TITLE: usize = 200;

impl Laboratory {
    /// A scenario file of a side, which `dualtrack run` repeats to the byte: its name and its text.
    ///
    /// # Errors
    /// What is wrong with the request.
    pub fn scenario_file(&self, request: &FileRequest) -> Result<(String, String), Refusal> {
        let explored = self.find(&request.side.scenario)?;
        // What cannot be run is not to be saved.
        let setup = self.setup(&request.side)?;
        check_work(&[setup.world()], request.replicates)?;
        if i64::try_from(request.seed).is_err() {
            return Err(Refusal::Request(format!(
                "seed {}; allowed: 0 to {}",
                request.seed,
                i64::MAX
            )));
        }
        let is_shipped = explored.path.starts_with(shipped::ROOT);
        let absolute = if is_shipped {
            explored.path.clone()
        } else {
            std::path::absolute(&explored.path).unwrap_or_else(|_| explored.path.clone())
        };
        let title: String = request.title.chars().take(LONGEST_TITLE).collect();
        let name = format!("{}-explored.toml", explored.scenario.name);
        let text = file_text(&absolute, &title, request, &assignments(&request.side)?);
        Ok((name, text))
    }

    /// A trace file of a side: its name and its bytes.
    ///
    /// # Errors
    /// What is wrong with the request; a run that cannot go on; [`Refusal::Cancelled`].
    pub fn csv(
        &self,
        request: &CsvRequest,
        control: &Control,
    ) -> Result<(String, Vec<u8>), Refusal> {
        let names = || {
            crate::measure::catalogue::catalogue()
                .into_iter()
                .map(|(name, _)| name)
        };
        if !names().any(|name| name == request.file) {
            let names: Vec<&str> = names().collect();
            let message = unknown("trace file", &request.file, names.into_iter());
            return Err(Refusal::Unknown(message));
        }
        let setup = self.setup(&request.side)?;
        check_work(&[setup.world()], request.replicates)?;
        let mut settings = self.scenario_of(&request.side)?.traces.clone();
        settings.files = vec![request.file.clone()];
        settings.compression = crate::table::compression::Compression::None;
        let traces = Traces::new(&settings).map_err(Refusal::Request)?;
        let world = setup.world();
        let (cities, sectors) = (world.cities.len(), world.sectors.len());
        let each = traces.bytes_per_replicate(cities, sectors, world.quarters);
        if each.saturating_mul(u64::from(request.replicates)) > MOST_BYTES {
            return Err(Refusal::Request(format!(
                "the file would have more than {} MB; take fewer replicates, or `dualtrack run`",
                MOST_BYTES >> 20
            )));
        }
        let job = Job {
            setup: &setup,
            traces: &traces,
            seed: request.seed,
            replicates: request.replicates,
            first: 0,
            rules: None,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        };
        let mut bytes = Vec::new();
        for (_, _, header) in traces.files() {
            bytes.extend_from_slice((header.join(",") + "\n").as_bytes());
        }
        crate::study::replicates::replicates(&job, control, |chunk| {
            for (file, _, _) in traces.files() {
                bytes.extend_from_slice(chunk.of(file).0);
            }
            Ok::<(), Infallible>(())
        })
        .map_err(refusal)?;
        Ok((format!("{}.csv", request.file), bytes))
    }
}

fn refusal(error: EngineError<Infallible>) -> Refusal {
    match error {
        EngineError::Cancelled => Refusal::Cancelled,
        error => Refusal::Run(error.to_string()),
    }
}

/// The text of a scenario that extends another one.
fn file_text(base: &Path, title: &str, request: &FileRequest, set: &[Assignment]) -> String {
    let text = |text: &str| toml::Value::String(text.to_string()).to_string();
    let mut tables: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut dated: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    tables.insert(
        "run",
        vec![
            format!("seed = {}", request.seed),
            format!("replicates = {}", request.replicates),
        ],
    );
    for Assignment { key, value, .. } in set {
        match key.split_once('@') {
            Some((key, date)) => dated
                .entry(date)
                .or_default()
                .push(format!("{key} = {value}")),
            None => {
                let (table, name) = key.split_once('.').unwrap_or(("", key));
                tables
                    .entry(table)
                    .or_default()
                    .push(format!("{name} = {value}"));
            }
        }
    }
    let mut out = format!(
        "# Saved by `dualtrack explore`. `dualtrack run` repeats what was seen there.\nextends = {}\ntitle = {}\n",
        text(&base.display().to_string()),
        text(title),
    );
    for (table, lines) in tables {
        out += &format!("\n[{table}]\n{}\n", lines.join("\n"));
    }
    for (date, lines) in dated {
        out += &format!(
            "\n[[changes]]\nfrom = {}\nset = {{ {} }}\n",
            text(date),
            lines.join(", ")
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::requests::Side;
    use serde_json::json;

    fn side(set: serde_json::Value) -> Side {
        serde_json::from_value(json!({ "scenario": "china-2015-2024", "set": set }))
            .expect("a side")
    }

    #[test]
    fn a_saved_scenario_is_the_side_it_was_saved_from() {
        let laboratory = Laboratory::new(None).expect("shipped scenarios");
        let request = FileRequest {
            side: side(json!({
                "tournament.intensity": 0.5,
                "mechanisms.export_controls": false,
                "regime.allocation": "coordinated",
                "budgets.retention@2020Q1": 0.6,
            })),
            seed: 7,
            replicates: 3,
            title: "A \"quoted\" title\n".to_string(),
        };
        let (name, text) = laboratory.scenario_file(&request).expect("a file");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        let read = crate::input::scenario::load(&path, &[]).expect("valid");
        assert_eq!((read.seed, read.replicates), (7, 3));
        assert_eq!(read.title, request.title);
        let own = laboratory.setup(&request.side).expect("a side");
        assert_eq!(read.world.params, own.world().params);
        let changes = |world: &crate::model::data::World| format!("{:?}", world.changes);
        assert_eq!(changes(&read.world), changes(own.world()));
    }

    #[test]
    fn files_and_other_settings_cannot_be_named() {
        let laboratory = Laboratory::new(None).expect("shipped scenarios");
        for key in [
            "data.cities",
            "traces.files",
            "overrides.cities.zhengzhou.amenity",
            "extends",
        ] {
            let refused = laboratory.setup(&side(json!({ key: "/etc/passwd" })));
            let message = refused.expect_err("refused").to_string();
            assert!(message.starts_with("unknown parameter"), "{message}");
        }
    }

    #[test]
    fn a_csv_file_is_what_a_run_writes() {
        let laboratory = Laboratory::new(None).expect("shipped scenarios");
        let mut request = CsvRequest {
            side: side(json!({})),
            seed: 1,
            replicates: 2,
            file: "policies".to_string(),
        };
        let (name, bytes) = laboratory
            .csv(&request, &Control::default())
            .expect("a file");
        assert_eq!(name, "policies.csv");
        let text = String::from_utf8(bytes).expect("text");
        assert!(text.starts_with("replicate,seed,quarter,"), "{text}");
        request.file = "policie".to_string();
        let refused = laboratory.csv(&request, &Control::default());
        let message = refused.expect_err("refused").to_string();
        assert_eq!(
            message,
            "unknown trace file `policie`; nearest valid name: `policies`"
        );
    }
}
