use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::input::experiment::factor::{Assignment, Variant};
use crate::input::experiment::worlds::Worlds;
use crate::measure::response::spec::Responses;
use crate::study::place::{Begin, partial};
use crate::study::stage::{Order, PointList};
use crate::study::table::RunTable;

fn variant(set: &[(&str, &str)]) -> Variant {
    let set = set.iter().map(|(key, value)| Assignment {
        key: key.to_string(),
        value: value.to_string(),
        ..Assignment::default()
    });
    Variant {
        scenario: None,
        set: set.collect(),
    }
}

/// The base and a policy with a dated change, which measure different responses.
fn study() -> Study {
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/china-2015-2024.toml");
    let worlds = Arc::new(Worlds::new(&base, &variant(&[("run.quarters", "9")]).set));
    let arm = |name: &str, set: &[(&str, &str)], responses: &[&str]| {
        let responses = Responses::parse(responses.iter().copied()).expect("responses");
        Arm::new(name, &worlds, &variant(set), &responses).expect("an arm")
    };
    let arms = vec![
        arm("base", &[], &["competitiveness", "waste_share"]),
        arm(
            "dated",
            &[("tournament.intensity@2016Q1", "2")],
            &["competitiveness"],
        ),
    ];
    Study::new(arms, 3)
}

/// Three pairs with series; then, as many more as the first stage says; then two design points, one of which has no world.
fn next(stages: &[Stage], store: &mut RunStore) -> Result<Option<Stage>, StudyError> {
    let own = |replicates| Stage {
        points: PointList::Own,
        replicates,
        arms: vec![0, 1],
        order: Order::ByPoint,
        keeps_series: true,
    };
    Ok(match stages {
        [] => Some(own(0..3)),
        [first] => {
            let tables = RunTable::of(store, 0, std::slice::from_ref(first), &[2, 1])?;
            let base = tables[0].column(0).iter().sum::<f64>();
            let other = tables[1].column(0).iter().sum::<f64>();
            Some(own(3..if base == other { 4 } else { 6 }))
        }
        [_, _] => Some(Stage {
            points: PointList::Listed(
                vec![
                    variant(&[("tournament.intensity", "0.5")]),
                    variant(&[("budgets.retention", "7")]),
                ]
                .into(),
            ),
            replicates: 0..2,
            arms: vec![1, 0],
            order: Order::ByReplicate,
            keeps_series: false,
        }),
        _ => None,
    })
}

/// Runs of all stages.
fn all(stages: usize, store: &mut RunStore) -> Vec<Vec<Measured>> {
    let stages = 0..stages;
    let read = stages.map(|stage| {
        let mut runs = Vec::new();
        let read = store.for_each(stage, |_, run| {
            runs.push(run.clone());
            Ok(())
        });
        read.expect("read");
        runs
    });
    read.collect()
}

fn in_memory(threads: usize) -> Vec<Vec<Measured>> {
    let mut store = RunStore::memory();
    let control = Control::default();
    let stages = execute(&study(), &mut store, &mut next, threads, &control);
    all(stages.expect("done").len(), &mut store)
}

#[test]
fn runs_do_not_depend_on_threads_and_stages_follow_from_runs() {
    let runs = in_memory(1);
    assert!(runs == in_memory(3));
    let sizes: Vec<usize> = runs.iter().map(Vec::len).collect();
    assert_eq!(sizes, [6, 6, 8]);
    // Two responses in nine quarters, and one.
    assert_eq!((runs[0][0].values.len(), runs[0][0].series.len()), (2, 18));
    assert_eq!((runs[0][1].values.len(), runs[0][1].series.len()), (1, 9));
    // By replicate, point and arm; the second point has no world.
    let failed: Vec<bool> = runs[2].iter().map(|run| run.error.is_some()).collect();
    assert_eq!(failed, [false, false, true, true].repeat(2));
    assert!(
        runs[2][2]
            .error
            .as_ref()
            .is_some_and(|error| error.contains("budgets.retention"))
    );
    // The policy's dated change is kept at a point.
    assert_ne!(runs[2][0].values[0], runs[2][1].values[0]);
    assert!(runs[2][0].series.is_empty());
}

#[test]
fn a_study_that_is_stopped_anywhere_goes_on_to_the_same_runs() {
    let whole = in_memory(2);
    let identity = study().identity().expect("an identity");
    let base = tempfile::tempdir().expect("a folder");
    for runs in [0u64, 1, 4, 6, 9, 12, 15] {
        let target = base.path().join(runs.to_string());
        let control = Arc::new(Control::default());
        let counted = AtomicU64::new(0);
        let handle = Arc::clone(&control);
        let stop = move |_: &Setup, _| {
            if counted.fetch_add(1, Ordering::Relaxed) >= runs {
                handle.cancel();
            }
            None
        };
        let stopped = Study {
            extra: Some((0, Arc::new(stop))),
            ..study()
        };
        let mut store = RunStore::open(&identity, &target, Begin::New).expect("opened");
        let outcome = execute(&stopped, &mut store, &mut next, 2, &control);
        if runs < 8 {
            assert!(matches!(outcome, Err(StudyError::Interrupted)), "{runs}");
        }
        let done = store.done();
        drop(store);
        let mut store = RunStore::open(&identity, &target, Begin::Resume).expect("resumed");
        assert_eq!(store.found(), done);
        let control = Control::default();
        let stages = execute(&study(), &mut store, &mut next, 3, &control).expect("done");
        assert!(control.runs_done() <= 20 - done, "{runs}");
        assert!(all(stages.len(), &mut store) == whole, "{runs}");
        store.remove().expect("removed");
        assert!(!partial(&target).exists());
    }
}

#[test]
fn tables_join_the_replicates_of_stages() {
    let mut store = RunStore::memory();
    let control = Control::default();
    let stages = execute(&study(), &mut store, &mut next, 2, &control).expect("done");
    let runs = all(3, &mut store);
    let tables = RunTable::of(&mut store, 0, &stages[..2], &[2, 1]).expect("tables");
    let both = || runs[0].iter().chain(&runs[1]);
    let own = |arm: usize| both().skip(arm).step_by(2);
    for (arm, table) in tables.iter().enumerate() {
        assert_eq!((table.points(), table.replicates()), (1, 6));
        let values: Vec<Option<f64>> = own(arm).map(|run| run.value(0)).collect();
        assert_eq!(table.row(0, 0), values);
    }
    let points = RunTable::of(&mut store, 2, &stages[2..], &[1, 2]).expect("tables");
    // By place in the stage's arms: the policy is its first.
    assert_eq!(points[0].value(0, 0, 1), runs[2][4].value(0));
    assert!(
        points[1]
            .error(1, 0)
            .is_some_and(|error| error.contains("budgets.retention"))
    );
    assert_eq!((points[1].failed(), points[1].value(0, 1, 0)), (2, None));
}

fn runs_of_the_first_stage(study: &Study) -> Vec<Measured> {
    let mut store = RunStore::memory();
    let mut first = |stages: &[Stage], store: &mut RunStore| match stages {
        [] => next(stages, store),
        _ => Ok(None),
    };
    execute(study, &mut store, &mut first, 2, &Control::default()).expect("done");
    all(1, &mut store).remove(0)
}

#[test]
fn an_extra_stands_behind_the_responses_of_its_arm() {
    let extra = |_: &Setup, draws: Draws| Some(vec![Some(draws.replicate as f64), None]);
    let study = Study {
        extra: Some((1, Arc::new(extra))),
        ..study()
    };
    let runs = runs_of_the_first_stage(&study);
    assert_eq!(runs[3].values[1..], [Some(1.0), None]);
    assert_eq!(runs[2].values.len(), 2);
}

#[test]
fn runs_that_are_known_are_not_made_again() {
    let known = |_: &Stage, cell: Cell, run: &mut Measured| {
        run.values.push(Some(7.0));
        cell.replicate == 1
    };
    let study = Study {
        known: Some(Arc::new(known)),
        ..study()
    };
    let runs = runs_of_the_first_stage(&study);
    assert_eq!(runs[2].values, [Some(7.0)]);
    assert_ne!(runs[4].values[0], Some(7.0));
}
