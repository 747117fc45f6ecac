//! The exact words about each kind of problem.

use proptest::prelude::*;

use super::{BASE, CITIES, Folder, INSTRUMENTS, SECTORS};

/// Lines after the four valid ones of `s.toml`, and the messages about them.
fn check(cases: &[(&str, &str)]) {
    for (lines, expected) in cases {
        let found = Folder::new()
            .with("s.toml", format!("{BASE}{lines}"))
            .messages(&[]);
        assert_eq!(found, *expected, "{lines}");
    }
}

/// A table, a text in it, what stands in its place, and the messages about it.
fn check_tables(cases: &[(&str, &str, &str, &str)]) {
    for (table, from, to, expected) in cases {
        let text = match *table {
            "cities.csv" => CITIES,
            "sectors.csv" => SECTORS,
            _ => INSTRUMENTS,
        };
        assert!(text.contains(from), "{from}");
        let found = Folder::new()
            .with(table, text.replacen(from, to, 1))
            .messages(&[]);
        assert_eq!(found, *expected, "{table}: {to}");
    }
}

#[test]
fn a_wrong_kind_of_value_is_refused_and_a_whole_number_may_stand_for_a_real_one() {
    check(&[
        (
            "[budgets]\nprecision = \"high\"\n",
            "s.toml:6:13: `budgets.precision` is \"high\"; allowed: 0 to 50, default 2",
        ),
        (
            "[budgets]\nprecision = true\n",
            "s.toml:6:13: `budgets.precision` is true; allowed: 0 to 50, default 2",
        ),
        (
            "[peers]\nrank_peers = 4.0\n",
            "s.toml:6:14: `peers.rank_peers` is 4.0; allowed: a whole number from 0 to 64 (cities), default 4",
        ),
        (
            "[run]\nquarters = 40.5\n",
            "s.toml:6:12: `run.quarters` is 40.5; allowed: a whole number from 1 to 4000 (quarters), default 40",
        ),
        (
            "[mechanisms]\ntournament = 1\n",
            "s.toml:6:14: `mechanisms.tournament` is 1; allowed: true or false, default true",
        ),
        (
            "[budgets]\nprecision = [3]\n",
            "s.toml:6:13: `budgets.precision` is a list; allowed: 0 to 50, default 2",
        ),
        (
            "[budgets]\nprecision = 2015-01-01\n",
            "s.toml:6:13: `budgets.precision` is a date; allowed: 0 to 50, default 2",
        ),
        (
            "budgets = 3\n",
            "s.toml:5:1: unknown key `data.budgets`; allowed in `data`: `cities`, `sectors`, `instruments`, `pilot_zones`, `events`",
        ),
        (
            "[budgets.precision]\nx = 1\n",
            "s.toml:5:1: `budgets.precision` is a table; allowed: 0 to 50, default 2",
        ),
        (
            "[run]\nseed = 99999999999999999999\n",
            "s.toml:6:8: `run.seed` is a whole number of more than 64 bits; allowed: a whole number from 0 to 9223372036854775807, default 1",
        ),
    ]);
}

#[test]
fn values_out_of_range_and_numbers_that_are_none_are_refused() {
    check(&[
        (
            "[budgets]\nadjustment_rate = 1.4\n",
            "s.toml:6:19: `budgets.adjustment_rate` is 1.4; allowed: 0 to 1 (1/quarter), default 0.2",
        ),
        (
            "[budgets]\nadjustment_rate = nan\n",
            "s.toml:6:19: `budgets.adjustment_rate` is NaN; allowed: 0 to 1 (1/quarter), default 0.2",
        ),
        (
            "[budgets]\nadjustment_rate = -inf\n",
            "s.toml:6:19: `budgets.adjustment_rate` is -inf; allowed: 0 to 1 (1/quarter), default 0.2",
        ),
        (
            "[peers]\nrank_peers = -1\n",
            "s.toml:6:14: `peers.rank_peers` is -1; allowed: a whole number from 0 to 64 (cities), default 4",
        ),
        (
            "[run]\nquarters = 0\n",
            "s.toml:6:12: `run.quarters` is 0; allowed: a whole number from 1 to 4000 (quarters), default 40",
        ),
        (
            "[run]\nstart = \"2015Q5\"\n",
            "s.toml:6:9: `run.start` is \"2015Q5\"; allowed: a quarter from \"1000Q1\" to \"9999Q4\", such as \"2015Q1\", default \"2015Q1\"",
        ),
        (
            "[run]\nstart = \"9999Q1\"\n",
            "s.toml:6:9: `run.start` and `run.quarters` lead beyond 9999Q4; allowed: up to there",
        ),
    ]);
}

#[test]
fn names_of_a_choice_are_checked() {
    check(&[
        (
            "[regime]\nallocation = \"coordinate\"\n",
            "s.toml:6:14: `regime.allocation` is \"coordinate\"; allowed: \"tournament\" or \"coordinated\", default \"tournament\"; nearest valid name: \"coordinated\"",
        ),
        (
            "[traces]\ncompression = \"zip\"\n",
            "s.toml:6:15: `traces.compression` is \"zip\"; allowed: \"none\" or \"gzip\" or \"zstd\", default \"none\"; nearest valid name: \"gzip\"",
        ),
        (
            "[traces]\nfiles = [\"national\", \"city\", 3]\n",
            "s.toml:6:22: `traces.files` holds \"city\"; allowed: a list of \"national\", \"cities\", \"sectors\", \"allocations\", \"policies\", \"officials\", \"champions\"\ns.toml:6:30: `traces.files` holds 3; allowed: a list of \"national\", \"cities\", \"sectors\", \"allocations\", \"policies\", \"officials\", \"champions\"",
        ),
        (
            "[traces.columns]\nnatonal = [\"quarter\"]\n",
            "s.toml:6:1: unknown key `traces.columns.natonal`; nearest valid name: `traces.columns.national`",
        ),
    ]);
}

#[test]
fn unknown_keys_and_tables_are_answered_with_the_nearest() {
    check(&[
        (
            "[budgets]\nadjustmet_rate = 0.2\n",
            "s.toml:6:1: unknown key `budgets.adjustmet_rate`; nearest valid name: `budgets.adjustment_rate`",
        ),
        (
            "[budget]\nprecision = 3\n",
            "s.toml:5:2: unknown table `budget`; nearest valid name: `budgets`",
        ),
        (
            "[market]\nretention = 0.3\n",
            "s.toml:6:1: unknown key `market.retention`; nearest valid name: `budgets.retention`",
        ),
        (
            "[run]\nweather = \"fine\"\n",
            "s.toml:6:1: unknown key `run.weather`; allowed in `run`: `start`, `quarters`, `seed`, `replicates`",
        ),
        (
            "[cities]\nonyl = [\"aba\"]\n",
            "s.toml:6:1: unknown key `cities.onyl`; nearest valid name: `cities.only`",
        ),
        (
            "[overrides.city.aba]\namenity_0_1 = 1\n",
            "s.toml:5:12: unknown table `city` in `overrides`; allowed: `cities`, `sectors`, `instruments`",
        ),
        (
            "[overrides.cities.aba]\namenity = 0.5\n",
            "s.toml:6:1: unknown column `amenity` in `overrides.cities`; allowed: `code`, `name`, `province`, `region`, `tier`, `rank`, `latitude_deg`, `longitude_deg`, `revenue_2015_cny_bn`, `gdp_2015_cny_bn`, `gdp_growth_2010_2015_per_year`, `research_intensity_2015`, `universities`, `amenity_0_1`, `sector_1`, `sector_2`, `sector_3`, `closed_sectors`, `closed_from`",
        ),
        (
            "[overrides.cities.aba]\ncity_id = \"x\"\n",
            "s.toml:6:1: unknown column `city_id` in `overrides.cities`; allowed: `code`, `name`, `province`, `region`, `tier`, `rank`, `latitude_deg`, `longitude_deg`, `revenue_2015_cny_bn`, `gdp_2015_cny_bn`, `gdp_growth_2010_2015_per_year`, `research_intensity_2015`, `universities`, `amenity_0_1`, `sector_1`, `sector_2`, `sector_3`, `closed_sectors`, `closed_from`",
        ),
        (
            "[overrides.cities.aab]\namenity_0_1 = 1\n",
            "s.toml:5:19: unknown city `aab` in `overrides.cities`; nearest valid name: `aba`",
        ),
    ]);
}

#[test]
fn changes_are_checked_like_values() {
    check(&[
        (
            "[[changes]]\nfrom = \"2016Q5\"\nset = { budgets.retention = 0.5 }\n",
            "s.toml:6:8: `from` is \"2016Q5\"; allowed: a quarter from \"1000Q1\" to \"9999Q4\", such as \"2015Q1\"",
        ),
        (
            "[[changes]]\nset = { budgets.retention = 0.5 }\n",
            "s.toml:5:1: `from` is missing in `changes`; allowed: a quarter from \"1000Q1\" to \"9999Q4\", such as \"2015Q1\"",
        ),
        (
            "[[changes]]\nfrom = \"2016Q1\"\n",
            "s.toml:5:1: `set` is missing in `changes`; allowed: a table of parameters",
        ),
        (
            "[[changes]]\nfrom = \"2030Q1\"\nset = { budgets.retention = 0.5 }\n",
            "s.toml:6:8: `budgets.retention` changes at 2030Q1, outside the run; allowed: 2015Q1 to 2024Q4",
        ),
        (
            "[[changes]]\nfrom = \"2016Q1\"\nset = { production.aggregation = 2 }\n",
            "s.toml:7:20: `production.aggregation` is read at the start alone; allowed at a date: parameters of running quarters",
        ),
        (
            "[[changes]]\nfrom = \"2016Q1\"\nset = { run.seed = 2 }\n",
            "s.toml:7:13: `run.seed` is a setting of the whole run; allowed at a date: parameters",
        ),
        (
            "[[changes]]\nfrom = \"2016Q1\"\nset = { budgets.retention = 5 }\n",
            "s.toml:7:29: `budgets.retention` is 5; allowed: 0 to 1, default 0.25",
        ),
        (
            "[[changes]]\nform = \"2016Q1\"\nset = { budgets.retentoin = 0.5 }\n",
            "s.toml:5:1: `from` is missing in `changes`; allowed: a quarter from \"1000Q1\" to \"9999Q4\", such as \"2015Q1\"\ns.toml:6:1: unknown key `form` in `changes`; nearest valid name: `from`\ns.toml:7:17: unknown key `budgets.retentoin`; nearest valid name: `budgets.retention`",
        ),
        (
            "[[changes]]\nfrom = \"2016Q1\"\nset = { budgets = 0.5 }\n",
            "s.toml:7:19: `budgets` names a table; allowed: one of its keys",
        ),
        (
            "[[changes]]\nfrom = \"2016Q1\"\nset = { budgets.retention = 0.5 }\n[[changes]]\nfrom = \"2016Q1\"\nset = { budgets.retention = 0.6 }\n",
            "s.toml:10:17: `budgets.retention` changes twice at 2016Q1; allowed: once",
        ),
        (
            "[changes]\nfrom = \"2016Q1\"\n",
            "s.toml:5:1: `changes` is not a list; allowed: tables `[[changes]]` with `from` and `set`",
        ),
    ]);
}

#[test]
fn the_lag_to_codification_has_its_ends_in_order() {
    check(&[
        (
            "[codification]\nlag_min_quarters = 6\n",
            "s.toml:6:20: `codification.lag_min_quarters` is 6, above `codification.lag_max_quarters`, 5; allowed: at most as long",
        ),
        (
            "[[changes]]\nfrom = \"2016Q1\"\nset = { codification.lag_max_quarters = 1 }\n",
            "s.toml:7:41: `codification.lag_min_quarters` is 2, above `codification.lag_max_quarters`, 1; allowed: at most as long",
        ),
    ]);
}

#[test]
fn selections_name_cities_that_are_there_and_leave_one() {
    check(&[
        (
            "[cities]\nonly = [\"abba\"]\n",
            "s.toml:6:9: unknown city `abba` in `cities.only`; nearest valid name: `aba`",
        ),
        (
            "[cities]\ndrop = [\"aba\", \"bobo\"]\n",
            "s.toml:6:8: no city is left; allowed: at least 1",
        ),
        (
            "[cities.synthetic]\n",
            "s.toml:5:9: `cities.synthetic` and `data.cities` stand together; allowed: one of them",
        ),
    ]);
}

#[test]
fn text_that_is_not_toml_is_reported_once_for_its_line() {
    check(&[
        (
            "[budgets]\nprecision = = 3\n[policy]\neffect_sd = 9\n",
            "s.toml:6:13: not valid TOML: extra `=`, expected nothing\ns.toml:8:13: `policy.effect_sd` is 9; allowed: 0 to 5 (effect), default 0.12",
        ),
        (
            "[budgets]\nprecision = 3\nprecision = 4\n",
            "s.toml:7:1: not valid TOML: duplicate key",
        ),
        (
            "title \"x\"\n",
            "s.toml:5:7: not valid TOML: key with no value, expected `=`",
        ),
        (
            "[run\n",
            "s.toml:5:5: not valid TOML: unclosed table, expected `]`",
        ),
        (
            "x = \"abc\n",
            "s.toml:5:9: not valid TOML: invalid basic string, expected `\"`",
        ),
    ]);
}

#[test]
fn overrides_are_checked_like_the_cells_they_replace() {
    check(&[
        (
            "[overrides.cities.aba]\namenity_0_1 = 1.5\n",
            "s.toml:6:15: `amenity_0_1` of `aba` is 1.5; allowed: a number from 0 to 1",
        ),
        (
            "[overrides.cities.aba]\namenity_0_1 = \"0.5\"\n",
            "s.toml:6:15: `amenity_0_1` of `aba` is \"0.5\"; allowed: a number from 0 to 1",
        ),
        (
            "[overrides.cities.aba]\nsector_1 = \"chip\"\n",
            "s.toml:6:12: unknown sector `chip` in `sector_1`; nearest valid name: `chips`",
        ),
        (
            "[overrides.cities.aba]\nname = 3\n",
            "s.toml:6:8: `name` of `aba` is 3; allowed: a text",
        ),
        (
            "[overrides.sectors.chips]\nimport_share = nan\n",
            "s.toml:6:16: `import_share` of `chips` is NaN; allowed: a number from 0 to 0.99",
        ),
        (
            "[overrides]\ncities = 3\n",
            "s.toml:6:10: `overrides.cities` is not a table; allowed: tables such as `[overrides.cities.beijing]`",
        ),
    ]);
}

#[test]
fn cells_that_cannot_be_read_are_refused_with_row_and_column() {
    check_tables(&[
        (
            "cities.csv",
            ",1,models",
            ",high,models",
            "cities.csv:2:65: `amenity_0_1` of `aba` is \"high\"; allowed: a number from 0 to 1",
        ),
        (
            "cities.csv",
            ",1,models",
            ",,models",
            "cities.csv:2:65: `amenity_0_1` of `aba` is empty; allowed: a number from 0 to 1",
        ),
        (
            "cities.csv",
            ",1,models",
            ",2,models",
            "cities.csv:2:65: `amenity_0_1` of `aba` is \"2\"; allowed: a number from 0 to 1",
        ),
        (
            "cities.csv",
            ",1,models",
            ",NaN,models",
            "cities.csv:2:65: `amenity_0_1` of `aba` is \"NaN\"; allowed: a number from 0 to 1",
        ),
        (
            "cities.csv",
            "aba,10",
            "aba,-1",
            "cities.csv:2:5: `code` of `aba` is \"-1\"; allowed: a whole number from 0 to 9223372036854775807",
        ),
        (
            "cities.csv",
            "aba,10",
            "Aba,10",
            "cities.csv:2:1: `city_id` is \"Aba\"; allowed: small letters, digits, `_` and `-`",
        ),
        (
            "cities.csv",
            "100,1000",
            "-100,1000",
            "cities.csv:2:45: `revenue_2015_cny_bn` of `aba` is \"-100\"; allowed: a number from 0.000001 to 1000000 (CNY bn)",
        ),
        (
            "cities.csv",
            ",0.1,0.03",
            ",x,0.03",
            "cities.csv:2:54: `gdp_growth_2010_2015_per_year` of `aba` is \"x\"; allowed: a number from -0.5 to 1 (1/year), or empty",
        ),
        (
            "instruments.csv",
            "attract",
            "atract",
            "instruments.csv:2:13: `channel` of `plan` is \"atract\"; allowed: \"train\", \"attract\", \"soft\", \"motivate\", \"match\"; nearest valid name: \"attract\"",
        ),
        (
            "sectors.csv",
            "0.84",
            "1",
            "sectors.csv:3:44: `import_share` of `chips` is \"1\"; allowed: a number from 0 to 0.99",
        ),
    ]);
}

#[test]
fn rows_of_another_width_are_refused() {
    check_tables(&[
        (
            "cities.csv",
            "bobo,20",
            "bobo,20,20",
            "cities.csv:3:1: the row has 20 cells; allowed: 19, as in the head",
        ),
        (
            "cities.csv",
            "10,100,,0.01",
            "10",
            "cities.csv:3:1: the row has 16 cells; allowed: 19, as in the head",
        ),
    ]);
}

#[test]
fn names_and_codes_are_unique() {
    check_tables(&[
        (
            "cities.csv",
            "bobo,20",
            "aba,20",
            "cities.csv:3:1: city `aba` is there twice; first in line 2",
        ),
        (
            "cities.csv",
            "bobo,20",
            "bobo,10",
            "cities.csv:3:6: `code` of `bobo` is 10, which `aba` has; allowed: one row each",
        ),
        (
            "sectors.csv",
            "chips,2",
            "models,1",
            "sectors.csv:3:1: sector `models` is there twice; first in line 2\ncities.csv:2:74: unknown sector `chips` in `sector_2`",
        ),
    ]);
}

#[test]
fn names_of_sectors_are_checked() {
    check_tables(&[
        (
            "cities.csv",
            "models,chips",
            "model,chips",
            "cities.csv:2:67: unknown sector `model` in `sector_1`; nearest valid name: `models`",
        ),
        (
            "cities.csv",
            "models,chips",
            "chips,chips",
            "cities.csv:2:73: `sector_2` of `aba` names `chips` again; allowed: once",
        ),
    ]);
}

#[test]
fn missing_and_doubled_columns_are_named_and_near_misses_too() {
    check_tables(&[
        (
            "cities.csv",
            "latitude_deg",
            "lattitude_deg",
            "cities.csv:1:45: unknown column `lattitude_deg`; nearest valid name: `latitude_deg`",
        ),
        (
            "cities.csv",
            "latitude_deg",
            "where",
            "cities.csv:1:1: column `latitude_deg` is missing; allowed in it: a number from -90 to 90 (degrees north)",
        ),
        (
            "cities.csv",
            "notes",
            "code",
            "cities.csv:1:214: column `code` is there twice; first as column 2",
        ),
        (
            "cities.csv",
            "gdp_growth_2010_2015_per_year",
            "gdp_growth_2010_2015_per_yaer",
            "cities.csv:1:108: unknown column `gdp_growth_2010_2015_per_yaer`; nearest valid name: `gdp_growth_2010_2015_per_year`",
        ),
    ]);
}

#[test]
fn dated_tables_are_checked_like_the_others() {
    let folder = Folder::new()
        .with("s.toml", format!("{BASE}pilot_zones = \"z.csv\"\nevents = \"e.csv\"\n"))
        .with("z.csv", "city_id,from_quarter\nabba,2019Q1\nbobo,2019\nbobo,2019Q1\nbobo,2020Q1\n")
        .with("e.csv", "quarter,track,sectors,intensity_0_1,half_life_quarters,title\n2015Q1,attn,all,1,,T\n2015Q1,attention,chip;models;models,2,0,\n");
    let expected = "\
e.csv:2:8: `track` is \"attn\"; allowed: \"eu_pressure\", \"us_pressure\", \"export_controls\", \"attention\", \"frontier_shock\", \"central_plan\", \"record\"
e.csv:3:18: unknown sector `chip` in `sectors`; nearest valid name: `chips`
e.csv:3:18: `sectors` names `models` again; allowed: once
e.csv:3:37: `intensity_0_1` is \"2\"; allowed: a number from 0 to 1
e.csv:3:39: `half_life_quarters` is \"0\"; allowed: a number from 0.01 to 10000 (quarters), or empty
e.csv:3:41: `title` is empty; allowed: a text
z.csv:2:1: unknown city `abba` in `city_id`; nearest valid name: `aba`
z.csv:3:6: `from_quarter` is \"2019\"; allowed: a quarter from \"1000Q1\" to \"9999Q4\", such as \"2015Q1\"
z.csv:5:1: pilot zone `bobo` is there twice; allowed: once";
    assert_eq!(folder.messages(&[]), expected);
}

#[test]
fn arguments_are_checked_like_files() {
    let folder = Folder::new();
    let sets = [
        "x",
        "run.start@2016Q1=2015Q1",
        "budgets=3",
        "extends=x.toml",
        "run.quarters=2.5",
        "budgets.retention@16Q1=0.5",
        "budgets.retention@2014Q4=0.5",
        "overrides.cities=3",
        "overrides.cities.aba.amenty_0_1=0.3",
        "regime.allocation=coordinat",
        "traces.files=national,citis",
        "cities.synthetic.count=5",
        "overrides.cities.aba.amenity_0_1=0.3",
    ];
    let expected = "\
--set x: no `=`; allowed: KEY=VALUE or KEY@QUARTER=VALUE
--set run.start@2016Q1=2015Q1: `run.start` is a setting of the whole run; allowed at a date: parameters
--set budgets=3: `budgets` names a table; allowed: one of its keys
--set extends=x.toml: `extends` belongs into a scenario file
--set run.quarters=2.5: `run.quarters` is 2.5; allowed: a whole number from 1 to 4000 (quarters), default 40
--set budgets.retention@16Q1=0.5: `16Q1` is not a quarter; allowed: a quarter from \"1000Q1\" to \"9999Q4\", such as \"2015Q1\"
--set budgets.retention@2014Q4=0.5: `budgets.retention` changes at 2014Q4, outside the run; allowed: 2015Q1 to 2024Q4
--set overrides.cities=3: an override needs a table, a row and a column: `overrides.cities.beijing.amenity_0_1`
--set overrides.cities.aba.amenty_0_1=0.3: unknown column `amenty_0_1` in `overrides.cities`; nearest valid name: `amenity_0_1`
--set regime.allocation=coordinat: `regime.allocation` is \"coordinat\"; allowed: \"tournament\" or \"coordinated\", default \"tournament\"; nearest valid name: \"coordinated\"
--set traces.files=national,citis: `traces.files` holds \"citis\"; allowed: a list of \"national\", \"cities\", \"sectors\", \"allocations\", \"policies\", \"officials\", \"champions\"; nearest valid name: \"cities\"
--set overrides.cities.aba.amenity_0_1=0.3: `overrides.cities` has no table to act on: the cities are synthetic; allowed: with `data.cities`";
    assert_eq!(folder.messages(&sets), expected);
}

#[test]
fn files_that_are_not_there_are_named_where_they_are_asked_for() {
    let folder = Folder::new()
        .with("s.toml", "extends = \"none.toml\"\n[data]\ncities = \"nowhere.csv\"\nsectors = \"sectors.csv\"\ninstruments = \"instruments.csv\"\nevents = \".\"\n");
    let expected = "\
s.toml:1:11: `extends` names none.toml: there is no such file
s.toml:3:10: `data.cities` names nowhere.csv: there is no such file
s.toml:6:10: `data.events` names .: this is a folder; allowed: a file";
    assert_eq!(folder.messages(&[]), expected);
}

#[test]
fn what_a_scenario_needs_is_named() {
    let folder = Folder::new().with("s.toml", "");
    let expected = "\
s.toml: `data.sectors` is missing; allowed: the path of a file in quotes
s.toml: `data.instruments` is missing; allowed: the path of a file in quotes
s.toml: `data.cities` is missing; allowed: the path of a file in quotes, or a table `[cities.synthetic]`";
    assert_eq!(folder.messages(&[]), expected);
}

#[test]
fn files_that_extend_each_other_in_a_circle_are_refused() {
    let folder = Folder::new()
        .with("s.toml", "extends = \"b.toml\"\n")
        .with("b.toml", format!("extends = \"s.toml\"\n{BASE}"));
    let expected = "\
b.toml:1:11: `extends` leads back to s.toml; allowed: a chain that ends";
    assert_eq!(folder.messages(&[]), expected);
}

#[test]
fn bytes_that_are_not_utf_8_are_found_in_every_file() {
    let mut cities = CITIES.as_bytes().to_vec();
    let at = CITIES.find("Bobo").expect("the name");
    cities[at + 1] = 0xe9;
    let folder = Folder::new().with("cities.csv", cities);
    assert_eq!(
        folder.messages(&[]),
        "cities.csv:3:10: a byte that is not UTF-8; allowed: files in UTF-8"
    );
    let folder = Folder::new().with("s.toml", [BASE.as_bytes(), b"x = \"\xff\"\n"].concat());
    assert_eq!(
        folder.messages(&[]),
        "s.toml:5:6: a byte that is not UTF-8; allowed: files in UTF-8"
    );
}

#[test]
fn files_that_are_too_large_are_refused_before_they_are_understood() {
    let folder = Folder::new().with("s.toml", format!("{BASE}#{}", "x".repeat(1 << 20)));
    assert_eq!(
        folder.messages(&[]),
        "s.toml: the file is too large; allowed: up to 1 MiB"
    );
}

#[test]
fn tables_without_rows_or_with_too_many_are_refused() {
    let head = |text: &str| {
        text.lines()
            .next()
            .map(|line| format!("{line}\n"))
            .expect("a head")
    };
    let folder = Folder::new().with("cities.csv", "");
    assert_eq!(
        folder.messages(&[]),
        "cities.csv: the table is empty; allowed: a head with column names, and rows"
    );
    let folder = Folder::new().with("cities.csv", head(CITIES));
    assert_eq!(
        folder.messages(&[]),
        "cities.csv: the table has 0 cities; allowed: at least 1"
    );
    let folder = Folder::new().with("sectors.csv", head(SECTORS));
    assert_eq!(
        folder.messages(&[]),
        "sectors.csv: the table has 0 sectors; allowed: 1 to 32"
    );

    let rows = (0..65).map(|code| format!("i{code},{code},Name,soft,0,0\n"));
    let folder = Folder::new().with(
        "instruments.csv",
        head(INSTRUMENTS) + &rows.collect::<String>(),
    );
    assert_eq!(
        folder.messages(&[]),
        "instruments.csv: the table has 65 instruments; allowed: 0 to 64"
    );
    let rows = (0..31).map(|code| format!("s{code},{},Name,1,1,1,1,0,0,1,1,0,0\n", 100 + code));
    let folder = Folder::new().with(
        "sectors.csv",
        SECTORS.to_string() + &rows.collect::<String>(),
    );
    assert_eq!(
        folder.messages(&[]),
        "sectors.csv: the table has 33 sectors; allowed: 1 to 32"
    );
}

#[test]
fn a_chain_of_files_has_an_end() {
    let folder = Folder::new();
    for number in 0..20 {
        folder.write(
            &format!("f{number}.toml"),
            format!("extends = \"f{}.toml\"\n", number + 1),
        );
    }
    let folder = folder.with("s.toml", "extends = \"f0.toml\"\n");
    let messages = folder.messages(&[]);
    assert!(
        messages
            .ends_with("f14.toml:1:11: more than 16 files extend each other; allowed: up to 16"),
        "{messages}"
    );
}

#[test]
fn a_broken_table_shows_a_hundred_problems_and_counts_the_rest() {
    let rows = (0..250).map(|code| format!("i{code},{},Name,soft,0,7\n", 100 + code));
    let folder = Folder::new().with(
        "instruments.csv",
        INSTRUMENTS.to_string() + &rows.collect::<String>(),
    );
    let messages = folder.messages(&[]);
    assert_eq!(messages.lines().count(), 101);
    assert!(messages.ends_with("\nand 151 more problems"), "{messages}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_reader_panic(
        table in "[a,\"\n\r1.\u{e9}\u{feff} ;-]{0,60}",
        lines in "[a=\"\n\r1.\u{e9}\\[\\]{}, #]{0,40}",
        cut in 0..CITIES.len(),
        set in "[a-z.@=0-9\"\\[]{0,20}",
    ) {
        let cities = format!("{}{table}", &CITIES[..cut]);
        let folder = Folder::new().with("cities.csv", cities).with("s.toml", format!("{BASE}{lines}"));
        // Valid or not: what counts is that an answer comes.
        let _ = folder.load(&[&set]);
    }
}
