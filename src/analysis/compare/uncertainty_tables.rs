//! Tables of a comparison over design points.

use crate::analysis::compare::discovery;
use crate::analysis::compare::uncertainty::{PointEffect, Uncertainty, UncertaintyAnalysis, Wins};
use crate::analysis::compare::{Comparison, Verdict};
use crate::table::result_table::ResultTable;
use crate::table::rows::{Columns, columns};

const UNIT: &str = "unit of the response";

impl UncertaintyAnalysis {
    /// `points.csv`, `uncertainty.csv`, `wins.csv`, `drivers.csv` and `scenario_discovery.csv`.
    pub fn result_tables(&self, comparison: &Comparison) -> Vec<ResultTable> {
        vec![
            self.uncertainty_table(comparison),
            self.wins_sheet(comparison),
            discovery::drivers_table(comparison, &self.drivers),
            discovery::discovery_table(comparison, &self.regions),
            self.points_sheet(comparison),
        ]
    }

    fn points_sheet(&self, comparison: &Comparison) -> ResultTable {
        let none = "no pair of runs has the response at the point";
        let few = "fewer than two pairs have the response at the point";
        let row = "a response to a treatment at a design point";
        let responses = comparison.plan.responses().len();
        let per_point = (comparison.arms().len() - 1) * responses;
        let mut table = Columns::<(usize, Option<PointEffect>)>::new("points", row);
        columns!(table, |(place, _)| {
            key "design_point": "number of the design point, from 0; `design.csv` tells what it is" => place / per_point;
        });
        comparison.key_columns(&mut table, move |(place, _)| {
            let of_the_point = place % per_point;
            (1 + of_the_point / responses, of_the_point % responses)
        });
        columns!(table, |(_, effect)| {
            "n": "pairs of runs that have the response" => effect.map_or(0, |effect| effect.difference.n);
            "base_mean": "mean under the base" => Some(effect?.base_mean), unit(UNIT), missing(none);
            "treatment_mean": "mean under the treatment" => Some(effect?.treatment_mean), unit(UNIT), missing(none);
            "difference": "mean of treatment minus base" => Some(effect?.difference.mean), unit(UNIT), missing(none);
            "se": "standard error of the mean difference"
                => effect?.difference.standard_error(), unit(UNIT), missing(few);
            "low" to "high": "its 95 % interval, Student's t"
                => effect?.difference.interval(), unit(UNIT), missing(few);
            "verdict": "whether the interval lies above 0, below, or neither"
                => effect.map_or(Verdict::NotShown, |effect| effect.verdict()).name(), names(Verdict::NAMES);
        });
        table.fill(self.effects.iter().copied().enumerate())
    }

    fn uncertainty_table(&self, comparison: &Comparison) -> ResultTable {
        let none = "no point has an effect";
        let few = "fewer than two points have an effect";
        let row = "a response to a treatment, over all design points";
        let mut table = Columns::<&Uncertainty>::new("uncertainty", row);
        comparison.key_columns(&mut table, |row| (row.arm, row.response));
        columns!(table, |row| {
            "points": "design points with an effect" => row.points;
        });
        let above = "share of points in which the interval lies above 0";
        let below = "share of points in which the interval lies below 0";
        let neither = "share of points in which the interval shows neither";
        let mean_above = "share of points in which the mean difference is above 0";
        table.share("higher", above, none, |row| row.higher);
        table.share("lower", below, none, |row| row.lower);
        table.share("not_shown", neither, none, |row| row.not_shown);
        table.share("mean_higher", mean_above, none, |row| row.mean_higher);
        columns!(table, |row| {
            "difference": "mean over points of the mean difference"
                => Some(row.difference?.mean), unit(UNIT), missing(none);
            "se": "standard error of that mean over points"
                => row.difference?.standard_error(), unit(UNIT), missing(few);
            "low" to "high": "its 95 % interval, Student's t over points"
                => row.difference?.interval(), unit(UNIT), missing(few);
            "lowest": "lowest mean difference of a point" => Some(row.range?.0), unit(UNIT), missing(none);
            "highest": "highest mean difference of a point" => Some(row.range?.1), unit(UNIT), missing(none);
        });
        table.fill(&self.shares)
    }

    fn wins_sheet(&self, comparison: &Comparison) -> ResultTable {
        let none = "no point has the response under all";
        let row = "the base or a treatment, by one response, over all design points";
        let (arms, responses) = (comparison.arms(), comparison.plan.responses().list());
        let mut table = Columns::<&Wins>::new("wins", row);
        columns!(table, |row| {
            key "response": "name of the response" => responses[row.response].name.as_str();
            key "treatment": "name of the treatment, or `base`" => arms[row.arm].name.as_str();
            "points": "design points in which base and all treatments have the response"
                => row.highest.map_or(0, |share| share.n);
        });
        let highest = "share of points in which no other has a higher mean; equals share the place";
        let lowest = "share of points in which no other has a lower mean; equals share the place";
        table.share("highest", highest, none, |row| row.highest);
        table.share("lowest", lowest, none, |row| row.lowest);
        columns!(table, |row| {
            "objective": "`max` or `min`, as in the experiment file"
                => Some(if row.is_maximised? { "max" } else { "min" }), missing("the experiment does not say");
            "best": "share of points in which no other is better"
                => Some(row.best()?.value), missing("the experiment does not say what is better");
        });
        table.fill(&self.wins)
    }
}
