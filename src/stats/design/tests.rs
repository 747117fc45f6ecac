use crate::stats::design::*;

fn row(design: &Design, index: u64) -> Vec<Option<f64>> {
    let mut out = vec![Some(9.0); design.factors];
    design.point(index, &mut out);
    out
}

/// All points, of a design that sets every factor.
fn table(design: &Design) -> Vec<Vec<f64>> {
    (0..design.len())
        .map(|index| {
            let row: Option<Vec<f64>> = row(design, index).into_iter().collect();
            row.expect("every factor set")
        })
        .collect()
}

fn all_designs() -> Vec<Design> {
    [
        Design::grid(vec![3, 4]),
        Design::one_at_a_time(vec![3, 4]),
        Design::latin_hypercube(40, 3, 7),
        Design::sobol(64, 3, 7),
        Design::morris(6, 3, 4, 7),
        Design::saltelli(16, 3, true, 7),
    ]
    .into_iter()
    .map(|design| design.expect("possible"))
    .collect()
}

#[test]
fn in_a_grid_the_last_factor_varies_fastest() {
    let design = Design::grid(vec![2, 3]).expect("possible");
    // Levels of 2: 0.25, 0.75; of 3: 1/6, 1/2, 5/6.
    let found = table(&design);
    assert_eq!(found.len(), 6);
    assert_eq!(found[0], [0.25, 0.5 / 3.0]);
    assert_eq!(found[1], [0.25, 0.5]);
    assert_eq!(found[2], [0.25, 2.5 / 3.0]);
    assert_eq!(found[3], [0.75, 0.5 / 3.0]);
    assert_eq!(found[5], [0.75, 2.5 / 3.0]);
}

#[test]
fn one_at_a_time_starts_at_the_base_and_moves_one_factor() {
    let design = Design::one_at_a_time(vec![2, 1]).expect("possible");
    let rows: Vec<_> = (0..design.len()).map(|index| row(&design, index)).collect();
    assert_eq!(
        rows,
        [
            vec![None, None],
            vec![Some(0.25), None],
            vec![Some(0.75), None],
            vec![None, Some(0.5)],
        ]
    );
}

#[test]
fn every_column_of_a_latin_hypercube_has_one_point_per_cell() {
    for points in [1, 2, 7, 64, 1000] {
        let design = Design::latin_hypercube(points, 4, 11).expect("possible");
        let rows = table(&design);
        for factor in 0..4 {
            let mut cells: Vec<u64> = rows
                .iter()
                .map(|row| (row[factor] * points as f64) as u64)
                .collect();
            cells.sort_unstable();
            assert_eq!(cells, (0..points).collect::<Vec<_>>());
        }
    }
}

#[test]
fn places_within_cells_are_spread_evenly() {
    // n = 4,000 uniforms: mean 1/2 with s.e. 0.0046; variance 1/12 with s.e. 0.0012. Bounds at four.
    let design = Design::latin_hypercube(4_000, 1, 5).expect("possible");
    let places: Vec<f64> = table(&design)
        .iter()
        .map(|row| (row[0] * 4_000.0) % 1.0)
        .collect();
    let mean = crate::stats::estimate::mean(&places).expect("many");
    let sd = crate::stats::estimate::standard_deviation(&places).expect("many");
    assert!((mean - 0.5).abs() < 0.0184, "{mean}");
    assert!((sd * sd - 1.0 / 12.0).abs() < 0.0048, "{sd}");
}

#[test]
fn every_power_of_two_block_of_a_sobol_sequence_is_stratified() {
    let design = Design::sobol(1024, 20, 3).expect("possible");
    let rows = table(&design);
    for size in [2usize, 16, 128, 1024] {
        for block in rows.chunks(size) {
            for factor in 0..20 {
                let mut cells: Vec<usize> = block
                    .iter()
                    .map(|row| (row[factor] * size as f64) as usize)
                    .collect();
                cells.sort_unstable();
                assert_eq!(cells, (0..size).collect::<Vec<_>>());
            }
        }
    }
}

#[test]
fn the_first_two_dimensions_of_a_sobol_sequence_are_a_net() {
    // A (0, m, 2)-net: with 2^8 points every box of 2^-a by 2^-(8 - a) holds exactly one.
    let rows = table(&Design::sobol(256, 2, 8).expect("possible"));
    for a in 0..=8u32 {
        let (columns, lines) = (f64::from(1u32 << a), f64::from(1u32 << (8 - a)));
        let mut boxes: Vec<(u32, u32)> = rows
            .iter()
            .map(|row| ((row[0] * columns) as u32, (row[1] * lines) as u32))
            .collect();
        boxes.sort_unstable();
        boxes.dedup();
        assert_eq!(boxes.len(), 256, "boxes of 2^-{a}");
    }
}

/// Squared centred L2 discrepancy (Hickernell 1998).
fn discrepancy(rows: &[Vec<f64>]) -> f64 {
    let (n, k) = (rows.len() as f64, rows[0].len() as i32);
    let one: f64 = rows
        .iter()
        .map(|x| {
            x.iter()
                .map(|v| {
                    let d = (v - 0.5).abs();
                    1.0 + 0.5 * d - 0.5 * d * d
                })
                .product::<f64>()
        })
        .sum();
    let two: f64 = rows
        .iter()
        .flat_map(|x| rows.iter().map(move |y| (x, y)))
        .map(|(x, y)| {
            x.iter()
                .zip(y)
                .map(|(a, b)| {
                    1.0 + 0.5 * (a - 0.5).abs() + 0.5 * (b - 0.5).abs() - 0.5 * (a - b).abs()
                })
                .product::<f64>()
        })
        .sum();
    (13.0f64 / 12.0).powi(k) - 2.0 / n * one + two / (n * n)
}

#[test]
fn discrepancy_falls_from_random_over_latin_to_sobol() {
    // Expected for n random points in k dimensions: ((5/4)^k - (13/12)^k) / n (Hickernell 1998); here
    // k = 4, n = 256: (2.441406 - 1.377359) / 256 = 0.004157.
    let random = 0.004_157;
    let latin = discrepancy(&table(
        &Design::latin_hypercube(256, 4, 1).expect("possible"),
    ));
    let sobol = discrepancy(&table(&Design::sobol(256, 4, 1).expect("possible")));
    assert!(latin < random, "{latin}");
    assert!(sobol < latin / 5.0, "{sobol} against {latin}");
}

#[test]
fn a_step_after_morris_changes_one_factor_by_half_of_the_levels() {
    for levels in [2u32, 4, 10] {
        let design = Design::morris(50, 5, levels, 13).expect("possible");
        assert_eq!(design.len(), 300);
        let delta = f64::from(levels / 2) / f64::from(levels - 1);
        for trajectory in table(&design).chunks(6) {
            let mut moved = Vec::new();
            for pair in trajectory.windows(2) {
                let steps: Vec<(usize, f64)> = (0..5)
                    .map(|factor| (factor, pair[1][factor] - pair[0][factor]))
                    .filter(|(_, step)| *step != 0.0)
                    .collect();
                assert_eq!(steps.len(), 1);
                assert!((steps[0].1.abs() - delta).abs() < 1e-12);
                moved.push(steps[0].0);
            }
            moved.sort_unstable();
            assert_eq!(moved, [0, 1, 2, 3, 4]);
            assert!(trajectory.iter().flatten().all(|x| {
                let level = x * f64::from(levels - 1);
                (0.0..=1.0).contains(x) && (level - level.round()).abs() < 1e-9
            }));
        }
    }
}

#[test]
fn trajectories_use_all_levels_directions_and_orders() {
    // 4,000 trajectories with 4 levels: each level starts with probability 1/4 (s.e. 0.0068), each factor
    // moves first with 1/3 (s.e. 0.0075). Bounds at four.
    let rows = table(&Design::morris(4_000, 3, 4, 2).expect("possible"));
    let mut starts = [0.0; 4];
    let mut first = [0.0; 3];
    for trajectory in rows.chunks(4) {
        starts[(trajectory[0][0] * 3.0).round() as usize] += 1.0 / 4_000.0;
        let moved = (0..3).find(|&f| trajectory[0][f] != trajectory[1][f]);
        first[moved.expect("one")] += 1.0 / 4_000.0;
    }
    assert!(starts.iter().all(|share| (share - 0.25_f64).abs() < 0.0272));
    assert!(
        first
            .iter()
            .all(|share| (share - 1.0 / 3.0_f64).abs() < 0.03)
    );
}

#[test]
fn rows_after_saltelli_are_mixed_as_stated() {
    let whole = Design::sobol(8, 6, 4).expect("possible");
    for second_order in [false, true] {
        let design = Design::saltelli(8, 3, second_order, 4).expect("possible");
        let block = if second_order { 8 } else { 5 };
        assert_eq!(design.len(), 8 * block);
        for (base, rows) in table(&design).chunks(block as usize).enumerate() {
            let both = &table(&whole)[base];
            let (a, b) = both.split_at(3);
            assert_eq!(rows[0], a);
            assert_eq!(rows[block as usize - 1], b);
            for factor in 0..3 {
                let mut mixed = a.to_vec();
                mixed[factor] = b[factor];
                assert_eq!(rows[1 + factor], mixed);
                if second_order {
                    let mut mixed = b.to_vec();
                    mixed[factor] = a[factor];
                    assert_eq!(rows[4 + factor], mixed);
                }
            }
        }
    }
}

#[test]
fn extending_a_design_keeps_the_points_it_had() {
    let pairs = [
        (Design::sobol(10, 4, 1), Design::sobol(64, 4, 1)),
        (Design::morris(3, 4, 4, 1), Design::morris(9, 4, 4, 1)),
        (
            Design::saltelli(3, 4, true, 1),
            Design::saltelli(9, 4, true, 1),
        ),
    ];
    for (short, long) in pairs {
        let (short, long) = (table(&short.expect("some")), table(&long.expect("some")));
        assert_eq!(short[..], long[..short.len()]);
    }
}

#[test]
fn a_point_depends_on_its_index_alone() {
    for design in all_designs() {
        let forward: Vec<_> = (0..design.len()).map(|i| row(&design, i)).collect();
        let mut backward: Vec<_> = (0..design.len()).rev().map(|i| row(&design, i)).collect();
        backward.reverse();
        assert_eq!(forward, backward);
    }
}

#[test]
fn coordinates_stay_in_the_unit_cube_and_the_end_is_empty() {
    for design in all_designs() {
        for index in 0..design.len() {
            let row = row(&design, index);
            assert!(row.iter().flatten().all(|x| (0.0..=1.0).contains(x)));
        }
        assert!(row(&design, design.len()).iter().all(Option::is_none));
    }
}

#[test]
fn another_seed_gives_other_points() {
    type Make = fn(u64) -> Result<Design, String>;
    let makers: [Make; 4] = [
        |seed| Design::latin_hypercube(20, 3, seed),
        |seed| Design::sobol(20, 3, seed),
        |seed| Design::morris(20, 3, 4, seed),
        |seed| Design::saltelli(20, 3, false, seed),
    ];
    for make in makers {
        assert_ne!(
            table(&make(0).expect("possible")),
            table(&make(1 << 40).expect("possible"))
        );
    }
}

#[test]
fn too_few_or_too_many_places_are_filled_as_far_as_they_go() {
    let design = Design::morris(1, 3, 4, 1).expect("possible");
    let whole = row(&design, 2);
    let mut short = [None; 2];
    design.point(2, &mut short);
    assert_eq!(short, whole[..2]);
    let mut long = [Some(1.0); 5];
    design.point(2, &mut long);
    assert_eq!((&long[..3], &long[3..]), (&whole[..], &[None, None][..]));
}

#[test]
fn impossible_sizes_are_refused_with_what_is_allowed() {
    let message = |design: Result<Design, String>| design.expect_err("refused");
    assert_eq!(
        message(Design::grid(vec![2, 0])),
        "factor 2 of 2 has 0 levels; allowed: 1 or more"
    );
    assert!(message(Design::grid(vec![])).starts_with("a design of 0 factors"));
    assert!(message(Design::grid(vec![u32::MAX; 3])).ends_with("allowed: below 2^64"));
    assert!(message(Design::latin_hypercube(0, 1, 0)).starts_with("a design of 0 points"));
    assert_eq!(
        message(Design::sobol(65_537, 1, 0)),
        "a Sobol' sequence of 65537 points; allowed: 1 to 65536"
    );
    assert!(message(Design::sobol(8, 257, 0)).contains("257 dimensions; allowed: 1 to 256"));
    assert!(message(Design::saltelli(8, 129, true, 0)).contains("258 dimensions"));
    assert_eq!(
        message(Design::morris(4, 2, 5, 0)),
        "trajectories with 5 levels; allowed: an even number from 2"
    );
    assert!(message(Design::morris(u64::MAX, 2, 4, 0)).contains("more than can be numbered"));
}

#[test]
fn points_stay_what_they_are() {
    // Numbers of this program, version 0.1.0: other ones change results for the same seed.
    let first = |design: Result<Design, String>| table(&design.expect("possible"))[3].clone();
    assert_eq!(
        first(Design::latin_hypercube(10, 2, 1)),
        [0.906_847_320_415_280_7, 0.234_283_582_680_717_25]
    );
    assert_eq!(
        first(Design::sobol(10, 2, 1)),
        [0.746_308_803_558_349_6, 0.957_809_090_614_318_8]
    );
    assert_eq!(first(Design::morris(2, 2, 4, 1)), [1.0, 2.0 / 3.0]);
}
