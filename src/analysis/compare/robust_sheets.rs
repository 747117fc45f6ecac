//! Tables of a comparison over design points.

use crate::analysis::compare::regions;
use crate::analysis::compare::robust::Robust;
use crate::analysis::compare::{Comparison, Verdict, key_columns, point_column};
use crate::stats::estimate::Uncertain;
use crate::table::cell::Kind;
use crate::table::columns::{ColumnInfo, FileInfo};
use crate::table::sheet::{Cell, Sheet};

impl Robust {
    /// `points.csv`, `robustness.csv`, `wins.csv`, `drivers.csv` and `regions.csv`.
    pub fn sheets(&self, comparison: &Comparison) -> Vec<Sheet> {
        vec![
            self.robustness_sheet(comparison),
            self.wins_sheet(comparison),
            regions::drivers_sheet(comparison, &self.drivers),
            regions::regions_sheet(comparison, &self.regions),
            self.points_sheet(comparison),
        ]
    }

    fn points_sheet(&self, comparison: &Comparison) -> Sheet {
        let none = "no pair of runs has the response at the point";
        let few = "fewer than two pairs have the response at the point";
        let mut columns = vec![point_column()];
        columns.extend(key_columns());
        columns.extend([
            ColumnInfo::new(
                "n",
                Kind::Integer,
                "1",
                "pairs of runs that have the response",
            ),
            number("base_mean", "mean under the base", none),
            number("treatment_mean", "mean under the treatment", none),
            number("difference", "mean of treatment minus base", none),
            number("se", "standard error of the mean difference", few),
            number("low", "lower end of its 95 % interval, Student's t", few),
            number("high", "upper end of its 95 % interval, Student's t", few),
            Verdict::column(
                "verdict",
                "whether the interval lies above 0, below, or neither",
            ),
        ]);
        let mut sheet = Sheet::new(FileInfo::new(
            "points",
            "a response to a treatment at a design point",
            &["design_point", "treatment", "response"],
            columns,
        ));
        let list = comparison.plan.responses().list();
        let per_point = (comparison.arms().len() - 1) * list.len();
        for (place, effect) in self.effects.iter().enumerate() {
            let (point, rest) = (place / per_point, place % per_point);
            let arm = &comparison.arms()[1 + rest / list.len()];
            let estimate = effect.map(|effect| effect.difference);
            let ends = estimate.and_then(|estimate| estimate.interval());
            sheet.rows.push(vec![
                point.into(),
                arm.name.as_str().into(),
                list[rest % list.len()].name.as_str().into(),
                estimate.map_or(0, |estimate| estimate.n).into(),
                effect.map(|effect| effect.base_mean).into(),
                effect.map(|effect| effect.treatment_mean).into(),
                estimate.map(|estimate| estimate.mean).into(),
                estimate
                    .and_then(|estimate| estimate.standard_error())
                    .into(),
                ends.map(|ends| ends.0).into(),
                ends.map(|ends| ends.1).into(),
                effect
                    .map_or(Verdict::NotShown, |effect| effect.verdict())
                    .word()
                    .into(),
            ]);
        }
        sheet
    }

    fn robustness_sheet(&self, comparison: &Comparison) -> Sheet {
        let none = "no point has an effect";
        let mut columns = key_columns();
        columns.push(ColumnInfo::new(
            "points",
            Kind::Integer,
            "1",
            "design points with an effect",
        ));
        for (name, low, high, meaning) in [
            (
                "higher",
                "higher_low",
                "higher_high",
                "share of points in which the interval lies above 0",
            ),
            (
                "lower",
                "lower_low",
                "lower_high",
                "share of points in which the interval lies below 0",
            ),
            (
                "not_shown",
                "not_shown_low",
                "not_shown_high",
                "share of points in which the interval shows neither",
            ),
            (
                "mean_higher",
                "mean_higher_low",
                "mean_higher_high",
                "share of points in which the mean difference is above 0",
            ),
        ] {
            columns.extend(share_columns(name, low, high, meaning, none));
        }
        columns.extend([
            number(
                "difference",
                "mean over points of the mean difference",
                none,
            ),
            number(
                "se",
                "standard error of that mean over points",
                "fewer than two points have an effect",
            ),
            number(
                "low",
                "lower end of its 95 % interval, Student's t over points",
                "fewer than two points have an effect",
            ),
            number(
                "high",
                "upper end of its 95 % interval, Student's t over points",
                "fewer than two points have an effect",
            ),
            number("lowest", "lowest mean difference of a point", none),
            number("highest", "highest mean difference of a point", none),
        ]);
        let mut sheet = Sheet::new(FileInfo::new(
            "robustness",
            "a response to a treatment, over all design points",
            &["treatment", "response"],
            columns,
        ));
        let list = comparison.plan.responses().list();
        for row in &self.shares {
            let mut cells: Vec<Cell> = vec![
                comparison.arms()[row.arm].name.as_str().into(),
                list[row.response].name.as_str().into(),
                row.points.into(),
            ];
            for share in [row.higher, row.lower, row.not_shown, row.mean_higher] {
                cells.extend(share_cells(share));
            }
            let ends = row.difference.and_then(|difference| difference.interval());
            cells.extend([
                row.difference.map(|difference| difference.mean).into(),
                row.difference
                    .and_then(|difference| difference.standard_error())
                    .into(),
                ends.map(|ends| ends.0).into(),
                ends.map(|ends| ends.1).into(),
                row.range.map(|range| range.0).into(),
                row.range.map(|range| range.1).into(),
            ]);
            sheet.rows.push(cells);
        }
        sheet
    }

    fn wins_sheet(&self, comparison: &Comparison) -> Sheet {
        let none = "no point has the response under all";
        let mut columns = vec![
            ColumnInfo::new("response", Kind::Text, "", "name of the response"),
            ColumnInfo::new(
                "treatment",
                Kind::Text,
                "",
                "name of the treatment, or `base`",
            ),
            ColumnInfo::new(
                "points",
                Kind::Integer,
                "1",
                "design points in which base and all treatments have the response",
            ),
        ];
        columns.extend(share_columns(
            "highest",
            "highest_low",
            "highest_high",
            "share of points in which no other has a higher mean; equals share the place",
            none,
        ));
        columns.extend(share_columns(
            "lowest",
            "lowest_low",
            "lowest_high",
            "share of points in which no other has a lower mean; equals share the place",
            none,
        ));
        columns.push(
            ColumnInfo::new(
                "objective",
                Kind::Text,
                "",
                "`max` or `min`, as in the experiment file",
            )
            .missing("the experiment does not say"),
        );
        columns.push(
            ColumnInfo::new(
                "best",
                Kind::Number,
                "1",
                "share of points in which no other is better",
            )
            .missing("the experiment does not say what is better"),
        );
        let mut sheet = Sheet::new(FileInfo::new(
            "wins",
            "the base or a treatment, by one response, over all design points",
            &["response", "treatment"],
            columns,
        ));
        let list = comparison.plan.responses().list();
        for row in &self.wins {
            let mut cells: Vec<Cell> = vec![
                list[row.response].name.as_str().into(),
                comparison.arms()[row.arm].name.as_str().into(),
                row.highest.map_or(0, |share| share.n).into(),
            ];
            cells.extend(share_cells(row.highest));
            cells.extend(share_cells(row.lowest));
            cells.push(match row.is_maximised {
                Some(true) => "max".into(),
                Some(false) => "min".into(),
                None => Cell::Missing,
            });
            cells.push(row.best().map(|share| share.value).into());
            sheet.rows.push(cells);
        }
        sheet
    }
}

fn number(name: &'static str, meaning: &'static str, missing: &'static str) -> ColumnInfo {
    ColumnInfo::new(name, Kind::Number, "unit of the response", meaning).missing(missing)
}

fn share_columns(
    name: &'static str,
    low: &'static str,
    high: &'static str,
    meaning: &'static str,
    missing: &'static str,
) -> [ColumnInfo; 3] {
    let column = |name, meaning| ColumnInfo::new(name, Kind::Number, "1", meaning).missing(missing);
    [
        column(name, meaning),
        column(low, "lower end of its 95 % interval (Wilson)"),
        column(high, "upper end of its 95 % interval (Wilson)"),
    ]
}

fn share_cells(share: Option<Uncertain>) -> [Cell; 3] {
    let ends = share.and_then(|share| share.interval);
    [
        share.map(|share| share.value).into(),
        ends.map(|ends| ends.0).into(),
        ends.map(|ends| ends.1).into(),
    ]
}
