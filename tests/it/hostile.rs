//! What must hold for any bytes, whichever reader gets them: an answer comes, and a refusal says something that can be
//! printed. The fuzz targets in `fuzz/` call these functions without end, those of `bounded` for some seconds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use dualtrack::input::experiment::{self, reader::Overlay};
use dualtrack::input::scenario::{self, Scenario, file_source::FileSource, problems::Problems};
use dualtrack::kernel::random::Draws;
use dualtrack::measure::response::spec::{Response, Responses};
use dualtrack::model::{run::Run, setup::Setup};
use dualtrack::study::place::{Begin, partial};
use dualtrack::study::run_file::Look;
use dualtrack::study::shards::plan_folder::{PlanFolder, Planned, write};
use dualtrack::study::shards::status::Status;
use dualtrack::study::store::RunStore;
use dualtrack::study::sweep::plan::Plan;
use tempfile::TempDir;

use crate::ledger::{check_accounts, check_bounds};

/// The catalogue's files that are right, by the names under which scenarios of the folder `x` ask for them.
const BASE: &[(&str, &[u8])] = &[
    ("base.toml", include_bytes!("../catalogue/base/base.toml")),
    ("cities.csv", include_bytes!("../catalogue/base/cities.csv")),
    (
        "sectors.csv",
        include_bytes!("../catalogue/base/sectors.csv"),
    ),
    (
        "instruments.csv",
        include_bytes!("../catalogue/base/instruments.csv"),
    ),
    ("events.csv", include_bytes!("../catalogue/base/events.csv")),
    (
        "pilot_zones.csv",
        include_bytes!("../catalogue/base/pilot_zones.csv"),
    ),
    ("points.csv", include_bytes!("../catalogue/base/points.csv")),
    (
        "points.toml",
        include_bytes!("../catalogue/base/points.toml"),
    ),
];

/// The right files and one more, and nothing of the disk. As in the catalogue, the one stands in a folder beside theirs.
fn file_source(name: &str, bytes: &[u8]) -> FileSource {
    let mut files: BTreeMap<PathBuf, Arc<[u8]>> = BTreeMap::new();
    for (name, bytes) in BASE {
        files.insert(Path::new("base").join(name), (*bytes).into());
        files.insert(Path::new("x/../base").join(name), (*bytes).into());
    }
    files.insert(name.into(), bytes.into());
    FileSource::closed(files)
}

/// Problems are there, and can be printed: no empty message, no control characters, no endless line.
fn check_problems(problems: &Problems) {
    assert!(!problems.list().is_empty());
    for problem in problems.list() {
        check_message(&problem.message);
    }
}

fn check_message(message: &str) {
    assert!(!message.trim().is_empty());
    assert!(!message.contains(char::is_control), "{message:?}");
    assert!(message.chars().count() < 5_000, "{message}");
}

/// A scenario that was read can be run, and keeps its accounts; large and long ones are cut short.
fn check_scenario(read: Result<Scenario, Problems>) {
    let scenario = match read {
        Ok(scenario) => scenario,
        Err(problems) => return check_problems(&problems),
    };
    if scenario.world.cities.len() <= 64 {
        run(&scenario.world, scenario.seed, 8);
    }
}

/// Runs a world for some quarters; one that cannot start says why.
pub fn run(world: &dualtrack::model::data::World, seed: u64, quarters: u32) {
    let setup = match Setup::new(world.clone()) {
        Ok(setup) => setup,
        Err(error) => return check_message(&error.to_string()),
    };
    let draws = Draws {
        seed,
        replicate: seed % 3,
    };
    let mut run = Run::new(&setup, draws);
    run.set_detail(true);
    for _ in 0..world.quarters.min(quarters) {
        assert_eq!(run.step(None), Ok(()));
        check_accounts(&mut run);
        check_bounds(&mut run);
    }
}

/// Bytes as a scenario file.
pub fn scenario_file(bytes: &[u8]) {
    let path = Path::new("x/s.toml");
    check_scenario(scenario::load_from(
        &file_source("x/s.toml", bytes),
        path,
        &[],
    ));
}

/// Bytes as the data table that their first line looks like.
pub fn data_table(bytes: &[u8]) {
    let head = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let has = |name: &str| head.windows(name.len()).any(|part| part == name.as_bytes());
    let table = ["sector_id", "instrument_id", "track", "from_quarter"]
        .iter()
        .position(|name| has(name))
        .map_or("cities", |place| {
            ["sectors", "instruments", "events", "pilot_zones"][place]
        });
    let sets = [format!("data.{table}=x/t.csv")];
    let path = Path::new("base/base.toml");
    check_scenario(scenario::load_from(
        &file_source("x/t.csv", bytes),
        path,
        &sets,
    ));
}

/// Bytes as arguments of `--set`, one a line.
pub fn sets(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let sets: Vec<String> = text.lines().map(ToString::to_string).collect();
    let path = Path::new("base/base.toml");
    check_scenario(scenario::load_from(
        &file_source("x/none", b""),
        path,
        &sets,
    ));
}

/// Bytes as an experiment file; one that can be read can be planned.
pub fn experiment_file(bytes: &[u8]) {
    let file_source = file_source("x/e.toml", bytes);
    check_experiment(dualtrack::input::experiment::reader::load_from(
        &file_source,
        Path::new("x/e.toml"),
        &Overlay::default(),
    ));
}

/// Bytes as a table of design points.
pub fn points(bytes: &[u8]) {
    let file_source = file_source("base/points.csv", bytes);
    let path = Path::new("base/points.toml");
    check_experiment(dualtrack::input::experiment::reader::load_from(
        &file_source,
        path,
        &Overlay::default(),
    ));
}

fn check_experiment(read: Result<experiment::Experiment, Problems>) {
    let plan = match read {
        Ok(experiment) => Plan::new(experiment),
        Err(problems) => return check_problems(&problems),
    };
    if let Ok(plan) = plan {
        for number in [0, plan.runs() / 2, plan.runs().saturating_sub(1)] {
            if number < plan.runs() {
                let stage = plan.stage();
                let _ = stage.points.variant(stage.cell(number).point);
            }
        }
    }
}

/// Bytes as a file of claims.
pub fn claims_file(bytes: &[u8]) {
    let file_source = file_source("x/c.toml", bytes);
    if let Err(problems) =
        dualtrack::input::claims::reader::load_from(&file_source, &["x/c.toml".into()])
    {
        check_problems(&problems);
    }
}

/// Bytes as responses, one a line.
pub fn responses(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let read: Vec<_> = text.lines().map(Response::parse).collect();
    // Read once: reading it for each input took nearly all of the time.
    static SCENARIO: OnceLock<Scenario> = OnceLock::new();
    let world = &SCENARIO
        .get_or_init(|| {
            let path = Path::new("base/base.toml");
            let scenario = scenario::load_from(&file_source("x/none", b""), path, &[]);
            scenario.unwrap_or_else(|problems| panic!("{problems}"))
        })
        .world;
    for response in read {
        let bound = match response {
            Ok(response) => {
                check_message(&response.meaning());
                Responses::new(vec![response]).map(|list| list.bind(world))
            }
            Err(message) => Err(message),
        };
        match bound {
            Ok(Ok(_)) => {}
            Ok(Err(list)) => list.iter().for_each(|(_, message)| check_message(message)),
            Err(message) => check_message(&message),
        }
    }
}

/// Folders of a sweep to spoil.
pub struct Sweep {
    folder: TempDir,
    plan: Plan,
}

impl Default for Sweep {
    fn default() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes) in BASE {
            fs::write(folder.path().join(name), bytes).expect("written");
        }
        let path = folder.path().join("points.toml");
        let (file_source, overlay) = (FileSource::keeping(), Overlay::default());
        let read = dualtrack::input::experiment::reader::load_from(&file_source, &path, &overlay);
        let experiment = read.unwrap_or_else(|problems| panic!("{problems}"));
        let plan = Plan::new(experiment).expect("a plan");
        let planned = Planned {
            title: "points",
            arguments: vec!["sweep".to_string(), path.display().to_string()],
            identity: plan.identity.clone(),
            runs: plan.runs(),
            shards: 1,
            file_source: &file_source,
        };
        write(planned, &folder.path().join("plan")).expect("written");
        Sweep { folder, plan }
    }
}

impl Sweep {
    /// A file or folder of it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Bytes as a shard: they count only where they are one.
    pub fn shard(&self, bytes: &[u8]) {
        let folder = PlanFolder::open(&self.path("plan")).expect("a plan");
        let file = folder.file_of(1);
        fs::create_dir_all(folder.folder_of(1)).expect("created");
        fs::write(file, bytes).expect("written");
        for look in [Look::Quick, Look::Whole] {
            let _ = Status::of(&folder, look, 1);
        }
    }

    /// Bytes as a plan: one that cannot be used says why.
    pub fn plan(&self, bytes: &[u8]) {
        let path = self.path("plan/plan.json");
        let whole = fs::read(&path).expect("a plan");
        fs::write(&path, bytes).expect("written");
        let read = PlanFolder::open(&self.path("plan"));
        if let Err(error) = read.and_then(|mut plan| plan.files()) {
            assert!(!error.to_string().is_empty());
        }
        fs::write(&path, whole).expect("written");
    }

    /// Bytes as runs of an unfinished sweep: it goes on with what is whole of them, or from the start.
    pub fn runs(&self, bytes: &[u8]) {
        let (target, stage) = (self.path("result"), self.plan.stage());
        let open = |begin| RunStore::open(&self.plan.identity, &target, begin);
        let mut store = open(Begin::Replace).expect("a folder");
        store.begin_stage(&stage.text()).expect("begun");
        drop(store);
        fs::write(partial(&target).join("stage-0.runs"), bytes).expect("written");
        let mut store = open(Begin::Resume).expect("a folder");
        let done = store.begin_stage(&stage.text()).expect("begun");
        assert!(done <= self.plan.runs());
        let mut read = 0;
        let outcome = store.for_each(0, |number, _| {
            assert_eq!(number, read);
            read += 1;
            Ok(())
        });
        outcome.expect("whole");
        assert_eq!(read, done);
    }
}

/// Bytes as a file of a result: a line with its name, then what stands in it. A report is made or refused.
pub fn result(folder: &Path, bytes: &[u8]) {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let Ok(name) = std::str::from_utf8(&bytes[..end]) else {
        return;
    };
    let names = fs::read_dir(folder).expect("a folder");
    let mut names = names.flatten().map(|entry| entry.file_name());
    if !names.any(|known| known == name) {
        return;
    }
    let path = folder.join(name);
    let whole = fs::read(&path).expect("a file");
    // A manifest without sums vouches for nothing, so that rows are looked at whatever they are.
    let manifest = folder.join("manifest.json");
    let vouched = fs::read_to_string(&manifest).expect("a manifest");
    fs::write(&manifest, vouched.replace("\"sha256\"", "\"sha\"")).expect("written");
    fs::write(&path, &bytes[end + 1..]).expect("written");
    if let Err(error) = dualtrack::report::make::make(folder) {
        assert!(!error.to_string().is_empty());
    }
    fs::write(&path, whole).expect("written");
    fs::write(&manifest, vouched).expect("written");
}
