//! The accounts of a run and the bounds of its ratios. The fuzz targets include this file, too.

use dualtrack::model::run::Run;

use crate::rows::{AllocationRow, CityRow, National, SectorRow};

/// Two amounts are equal, apart from rounding.
pub fn assert_equal(name: &str, left: f64, right: f64, whole: f64) {
    let allowed = 1e-9 * whole.abs().max(left.abs()).max(right.abs());
    assert!(
        (left - right).abs() <= allowed,
        "{name}: {left:e} and {right:e}"
    );
}

/// A part lies between 0 and the whole, apart from rounding.
fn assert_part(name: &str, part: f64, whole: f64) {
    let allowed = 1e-9 * whole;
    assert!(
        part >= -allowed && part <= whole + allowed,
        "{name}: {part:e} of {whole:e}"
    );
}

/// Each part lies between 0 and the whole, and together they are the whole.
fn assert_whole(name: &str, whole: f64, parts: &[f64]) {
    for part in parts {
        assert_part(name, *part, whole);
    }
    assert_equal(name, parts.iter().sum(), whole, whole);
}

/// The accounts of a quarter: of the nation, and where they can be read of sectors, cities and allocations.
pub fn check_accounts(run: &mut Run) {
    let world = run.world();
    let (cities, sectors) = (world.cities.len(), world.sectors.len());
    let nation = National::of(run);
    assert_whole(
        "nation",
        nation.settled_cny_mn,
        &[
            nation.introduction_cny_mn,
            nation.subscale_cny_mn,
            nation.duplicated_cny_mn,
            nation.idle_cny_mn,
            nation.productive_cny_mn,
        ],
    );
    let working =
        nation.instruments_cny_mn - nation.failed_experiments_cny_mn - nation.poaching_cny_mn;
    let allowed = 1e-9 * nation.instruments_cny_mn;
    assert!(working >= -allowed, "{working:e}");
    assert_part(
        "failed",
        nation.failed_experiments_cny_mn,
        nation.instruments_cny_mn,
    );
    assert_part(
        "poaching",
        nation.poaching_cny_mn,
        nation.instruments_cny_mn,
    );
    assert!(nation.forgone_cny_mn >= 0.0);

    let mut of_cities = [0.0; 4];
    for i in 0..cities {
        let row = CityRow::of(run, i);
        assert_whole(
            "city",
            row.settled_cny_mn,
            &[
                row.introduction_cny_mn,
                row.subscale_cny_mn,
                row.duplicated_cny_mn,
                row.idle_cny_mn,
                row.productive_cny_mn,
            ],
        );
        assert_part(
            "failed",
            row.failed_experiments_cny_mn,
            row.instruments_cny_mn,
        );
        assert_part("poaching", row.poaching_cny_mn, row.instruments_cny_mn);
        let lost = row.failed_experiments_cny_mn + row.poaching_cny_mn;
        assert_part("failed and poaching", lost, row.instruments_cny_mn);
        assert!(
            row.researchers >= 0.0 && row.effective_talent >= 0.0,
            "{row:?}"
        );
        of_cities[0] += row.spending_cny_mn;
        of_cities[1] += row.budget_cny_mn;
        of_cities[2] += row.researchers;
        of_cities[3] += row.instruments_cny_mn;

        let options = 1 + sectors + world.instruments.len();
        let shares: f64 = (0..options).map(|option| run.share(i, option)).sum();
        assert!((shares - 1.0).abs() < 1e-12, "{shares}");
        let mut spending = 0.0;
        for s in 0..sectors {
            let part = AllocationRow::of(run, i, s);
            assert_whole(
                "allocation",
                part.settled_cny_mn,
                &[
                    part.introduction_cny_mn,
                    part.subscale_cny_mn,
                    part.duplicated_cny_mn,
                    part.idle_cny_mn,
                    part.productive_cny_mn,
                ],
            );
            assert!(
                part.capability >= 0.0 && part.budget_share >= 0.0,
                "{part:?}"
            );
            spending += part.spending_cny_mn;
        }
        assert_equal("spending of a city", spending, row.spending_cny_mn, 0.0);
    }
    for (name, of_cities, of_nation) in [
        ("spending", of_cities[0], nation.spending_cny_mn),
        ("budget", of_cities[1], nation.budget_cny_mn),
        ("researchers", of_cities[2], nation.researchers),
        ("instruments", of_cities[3], nation.instruments_cny_mn),
    ] {
        assert_equal(name, of_cities, of_nation, 0.0);
    }

    let mut of_sectors = 0.0;
    for s in 0..sectors {
        let row = SectorRow::of(run, s);
        assert_whole(
            "sector",
            row.settled_cny_mn,
            &[
                row.introduction_cny_mn,
                row.subscale_cny_mn,
                row.duplicated_cny_mn,
                row.idle_cny_mn,
                row.productive_cny_mn,
            ],
        );
        of_sectors += row.spending_cny_mn;
    }
    assert_equal(
        "spending of sectors",
        of_sectors,
        nation.spending_cny_mn,
        0.0,
    );
}

/// Ratios that have bounds keep them.
pub fn check_bounds(run: &mut Run) {
    let nation = National::of(run);
    for (name, ratio) in [
        ("sovereignty", nation.sovereignty),
        ("gap", nation.gap),
        ("concentration", nation.concentration),
        ("top city", nation.top_city_share),
        ("liberalisation", nation.liberalisation),
        ("stringency", nation.stringency),
        ("eu pressure", nation.eu_pressure),
        ("us pressure", nation.us_pressure),
        ("export controls", nation.export_controls),
        ("utilisation", nation.utilisation),
        ("gini of budgets", nation.gini_budget),
        ("gini of researchers", nation.gini_researchers),
        ("gini of capability", nation.gini_capability),
        ("similarity", nation.similarity_all.unwrap_or(0.0)),
        (
            "similarity of peers",
            nation.similarity_peers.unwrap_or(0.0),
        ),
        ("local origin", nation.local_origin_share.unwrap_or(0.0)),
    ] {
        assert!((-1e-12..=1.0 + 1e-12).contains(&ratio), "{name}: {ratio}");
    }
    for amount in [
        nation.competitiveness,
        nation.budget_cny_mn,
        nation.output_cny_mn,
        nation.grants_cny_mn,
        nation.specialisation,
        nation.researchers,
        nation.effective_talent,
        nation.instruments_in_force,
    ] {
        assert!(amount.is_finite() && amount >= 0.0, "{nation:?}");
    }
    assert!(nation.efficiency_per_cny_bn.is_none_or(f64::is_finite));
}
