//! Many small shards.

use std::path::Path;

use allocation_counter::measure;
use dualtrack::study::run_file::Look;
use dualtrack::study::shards::{plan_folder::PlanFolder, status::Status};
use dualtrack::study::stage::{Order, PointList, Stage};

use crate::sweep::Folder;

/// Shards; `DUALTRACK_SHARDS=100000` makes it a test of patience.
fn shards() -> u64 {
    let asked = std::env::var("DUALTRACK_SHARDS").ok();
    asked.map_or(2_000, |text| text.parse().expect("a number"))
}

const EXPERIMENT: &str = "\
scenario = \"small.toml\"
responses = [\"competitiveness\"]

[set]
\"run.quarters\" = 1

[[factors]]
key = \"tournament.intensity\"
levels = [0, 1]

[design]
kind = \"grid\"
";

/// Most bytes in use at a time while shards of a plan are checked and read.
fn most_bytes(folder: &Path) -> u64 {
    let plan = PlanFolder::open(folder).expect("a plan");
    let taken = measure(|| {
        let status = Status::of(&plan, Look::Whole, 1);
        assert!(status.is_complete());
        let stage = Stage {
            points: PointList::Own,
            replicates: 0..plan.runs(),
            arms: vec![0],
            order: Order::ByPoint,
            keeps_series: false,
        };
        let mut runs = 0;
        let read = plan.store(&[stage]).for_each(0, |number, _| {
            assert_eq!(number, runs);
            runs += 1;
            Ok(())
        });
        read.expect("read");
        assert_eq!(runs, plan.runs());
    });
    taken.bytes_max
}

#[test]
fn many_small_shards_merge_in_little_memory() {
    let folder = Folder::new();
    folder.write(
        "small.toml",
        "extends = \"china.toml\"\n[cities]\nonly = [\"beijing\", \"shanghai\"]\n",
    );
    folder.write("e.toml", EXPERIMENT);
    let replicates = shards().to_string();
    let half = (shards() / 20).to_string();
    let plan = [
        "sweep",
        "e.toml",
        "--quiet",
        "--replicates",
        &replicates,
        "--plan",
    ];
    folder.ok(&[&plan[..], &["p", "--shards", &replicates]].concat());
    folder.ok(&[&plan[..], &["q", "--shards", &half]].concat());
    folder.ok(&["shard", "p", &format!("1-{replicates}"), "--quiet"]);
    folder.ok(&["shard", "q", &format!("1-{half}"), "--quiet"]);
    let many = most_bytes(&folder.path("p"));
    let few = most_bytes(&folder.path("q"));
    // Twenty times the shards: a name and a range for each, no more.
    let more = many.saturating_sub(few);
    assert!(
        more < 400 * shards(),
        "{many} bytes for {replicates} shards, {few} for {half}"
    );
    assert!(many < (4 << 20) + 400 * shards(), "{many} bytes");
    folder.ok(&["merge", "p", "--out", "r", "--quiet"]);
    folder.ok(&[
        "sweep",
        "e.toml",
        "--quiet",
        "--replicates",
        &replicates,
        "--out",
        "whole",
    ]);
    assert!(folder.bytes("r") == folder.bytes("whole"));
    let folders = std::fs::read_dir(folder.path("p/shards"))
        .expect("folders")
        .count() as u64;
    assert_eq!(folders, shards() / 1000 + 1);
}
