//! Outcomes of a quarter as structs, for tests that look at many of them. The fuzz targets include this file, too.
#![allow(dead_code)]

use dualtrack::measure::outcomes::{self, ids};
use dualtrack::model::run::Run;

macro_rules! rows {
    ($($row:ident($make:ident, $ids:ident, $run:ty $(, $place:ident)*) {
        reals: $($real:ident),*;
        maybes: $($maybe:ident),*;
        counts: $($count:ident),*;
        flags: $($flag:ident),*;
    })*) => {
        $(
            #[derive(Clone, Debug, Default, PartialEq)]
            pub struct $row {
                $(pub $real: f64,)*
                $(pub $maybe: Option<f64>,)*
                $(pub $count: u32,)*
                $(pub $flag: bool,)*
            }

            impl $row {
                pub fn of(run: $run $(, $place: usize)*) -> Self {
                    let values = outcomes::$make(run $(, $place)*);
                    $row {
                        $($real: values.get(ids::$ids::$real),)*
                        $($maybe: values.find(ids::$ids::$maybe),)*
                        $($count: values.get(ids::$ids::$count) as u32,)*
                        $($flag: values.get(ids::$ids::$flag) == 1.0,)*
                    }
                }
            }
        )*
    };
}

rows! {
    National(nation, national, &mut Run<'_>) {
        reals: competitiveness, sovereignty, gap, budget_cny_mn, spending_cny_mn, settled_cny_mn, under_construction_cny_mn, introduction_cny_mn, subscale_cny_mn,
            duplicated_cny_mn, idle_cny_mn, productive_cny_mn, instruments_cny_mn, failed_experiments_cny_mn,
            poaching_cny_mn, forgone_cny_mn, output_cny_mn, grants_cny_mn, specialisation, concentration, top_city_share,
            liberalisation, instruments_in_force, stringency, eu_pressure, us_pressure, export_controls, utilisation,
            researchers, effective_talent, gini_budget, gini_researchers, gini_capability;
        maybes: efficiency_per_cny_bn, similarity_all, similarity_peers, local_origin_share;
        counts: national_measures, incidents, champions, pioneered, imitated, taken_up, given_up;
        flags: ;
    }
    CityRow(city, city, &Run<'_>, row) {
        reals: budget_cny_mn, grant_cny_mn, spending_cny_mn, settled_cny_mn, under_construction_cny_mn, introduction_cny_mn, subscale_cny_mn, duplicated_cny_mn,
            idle_cny_mn, productive_cny_mn, instruments_cny_mn, failed_experiments_cny_mn, poaching_cny_mn,
            forgone_cny_mn, output_cny_mn, capability, researchers, effective_talent, score, career_weight,
            liberalisation;
        maybes: ;
        counts: quarters_in_post, instruments_in_force;
        flags: is_pilot_zone;
    }
    SectorRow(sector, sector, &Run<'_>, row) {
        reals: capability, gross_capability, frontier, gap, demand, utilisation, compute_access, priority, attention,
            spending_cny_mn, settled_cny_mn, under_construction_cny_mn, introduction_cny_mn, subscale_cny_mn, duplicated_cny_mn, idle_cny_mn, productive_cny_mn,
            concentration;
        maybes: ;
        counts: ;
        flags: incident;
    }
    AllocationRow(allocation, allocation, &Run<'_>, city, sector) {
        reals: budget_share, spending_cny_mn, settled_cny_mn, under_construction_cny_mn, introduction_cny_mn, subscale_cny_mn, duplicated_cny_mn, idle_cny_mn,
            productive_cny_mn, capability;
        maybes: ;
        counts: ;
        flags: ;
    }
}
