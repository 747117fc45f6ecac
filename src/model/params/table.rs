//! The table of parameters. One row each; everything that names a parameter is made from here.

use crate::kernel::named::named;
use crate::model::params::parameter::{self, Kind, Timing, Value};

/// One row of the table of [`Params`].
pub type Parameter = parameter::Parameter<Params>;

/// Defines the groups of [`Params`] and the table [`PARAMETERS`] from the same rows.
macro_rules! parameters {
    ($(
        $(#[doc = $group_doc:literal])*
        $group:ident: $Group:ident {
            $(
                $(#[doc = $meaning:literal])+
                $name:ident: $kind:ident = $default:expr, $allowed:expr, $symbol:literal, $unit:literal,
                $timing:ident, $uncertain:expr, $source:literal;
            )*
        }
    )*) => {
        /// All parameters of a run, by group.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Params {
            $($(#[doc = $group_doc])* pub $group: $Group,)*
        }
        $(
            $(#[doc = $group_doc])*
            #[derive(Clone, Debug, PartialEq)]
            pub struct $Group {
                $($(#[doc = $meaning])+ pub $name: field_type!($kind),)*
            }
            impl Default for $Group {
                fn default() -> Self {
                    Self { $($name: $default,)* }
                }
            }
        )*
        /// Groups of parameters with what they are about, in the order of the documents.
        pub static GROUPS: &[(&str, &str)] = &[$((
            stringify!($group),
            concat!($($group_doc),*),
        ),)*];
        /// Every parameter, in the order of the documents.
        pub static PARAMETERS: &[Parameter] = &[$($(
            Parameter {
                key: concat!(stringify!($group), ".", stringify!($name)),
                symbol: $symbol,
                unit: $unit,
                kind: kind!($kind, $allowed),
                timing: Timing::$timing,
                uncertain: $uncertain,
                source: $source,
                comment: concat!($($meaning),+),
                get: |params| to_value!($kind, params.$group.$name),
                write: |params, value| from_value!($kind, params.$group.$name, value),
            },
        )*)*];
    };
}

macro_rules! field_type {
    (Real) => {
        f64
    };
    (Count) => {
        u32
    };
    (Switch) => {
        bool
    };
    ($Choice:ident) => {
        $Choice
    };
}
macro_rules! kind {
    (Real, $allowed:expr) => {
        Kind::Real {
            min: *($allowed).start(),
            max: *($allowed).end(),
        }
    };
    (Count, $allowed:expr) => {
        Kind::Count {
            min: *($allowed).start(),
            max: *($allowed).end(),
        }
    };
    (Switch, $allowed:expr) => {
        Kind::Switch
    };
    ($Choice:ident, $allowed:expr) => {
        Kind::Choice {
            names: $Choice::NAMES,
        }
    };
}
macro_rules! to_value {
    (Real, $field:expr) => {
        Value::Real($field)
    };
    (Count, $field:expr) => {
        Value::Count($field)
    };
    (Switch, $field:expr) => {
        Value::Switch($field)
    };
    ($Choice:ident, $field:expr) => {
        Value::Choice($field.name())
    };
}
// `Parameter::set` has checked that value and kind fit; a value of another kind changes nothing.
macro_rules! from_value {
    (Real, $field:expr, $value:expr) => {
        if let Value::Real(x) = $value {
            $field = *x
        }
    };
    (Count, $field:expr, $value:expr) => {
        if let Value::Count(n) = $value {
            $field = *n
        }
    };
    (Switch, $field:expr, $value:expr) => {
        if let Value::Switch(on) = $value {
            $field = *on
        }
    };
    ($Choice:ident, $field:expr, $value:expr) => {
        if let Value::Choice(name) = $value {
            $field = $Choice::from_name(name).unwrap_or_default()
        }
    };
}

named! {
    /// Who decides how a city's sector budget is composed.
    #[derive(Default)]
    pub enum Allocation {
        /// Each official, by E10 to E12.
        #[default]
        Tournament = "tournament",
        /// A planner, by marginal national value at the same total (E40).
        Coordinated = "coordinated",
    }
}

named! {
    /// Whose parameters the start is taken from (section 5).
    #[derive(Default)]
    pub enum Reference {
        /// Those of the scenario file, with everything at work that may be switched off, whatever is laid over it.
        #[default]
        Shared = "shared",
        /// Those of the run itself.
        Own = "own",
    }
}

parameters! {
    /// Switches: off means that the mechanism is gone while every other draw stays as it was.
    mechanisms: Mechanisms {
        /// Officials compete for promotion on their scores (E10, E11, E15, E31).
        tournament: Switch = true, .., "", "–", Running, None, "Ma (2024), section 3, local level";
        /// The centre reads a city better where its peers do the same (E8 to E11, E30).
        comparability: Switch = true, .., "", "–", Running, None, "Ma (2024), section 3, assessment; Holmstrom (1982)";
        /// Cities try instruments of their own design (E15).
        pioneering: Switch = true, .., "", "–", Running, None, "Ma (2024), section 3, Figure 1";
        /// Cities copy instruments from their best-scoring peer (E16).
        imitation: Switch = true, .., "", "–", Running, None, "Ma (2024), section 3, local level";
        /// The centre makes local instruments national (E33).
        codification: Switch = true, .., "", "–", Running, None, "Ma (2024), section 3, Figure 1";
        /// Cities adjust the design of instruments in force to local objectives (E18).
        local_adjustment: Switch = true, .., "", "–", Running, None, "Ma (2024), section 3, Figure 1";
        /// The centre issues measures of its own (E34).
        top_down: Switch = true, .., "", "–", Running, None, "Luo, Wang and Yang (2025)";
        /// Dated pilot zones raise pioneering and shield from failure (E35).
        pilot_zones: Switch = true, .., "", "–", Running, None, "Ma (2024), section 3, NIDS";
        /// European regulatory pressure reaches the centre (E5).
        eu_pressure: Switch = true, .., "", "–", Running, None, "Ma (2024), section 3, central level";
        /// US technological pressure reaches the centre (E4, E5).
        us_pressure: Switch = true, .., "", "–", Running, None, "Ma (2024), section 3, central level";
        /// Export controls cut compute and imports (E4, E6, E37).
        export_controls: Switch = true, .., "", "–", Running, None, "Ma (2024), section 2";
        /// Dated shocks to attention raise the priority of sectors (E4).
        attention_shock: Switch = true, .., "", "–", Running, None, "Ma (2024), section 3, assessment";
        /// Grants go to high scores; off: in proportion to size, same total (E32).
        grants_by_score: Switch = true, .., "", "–", Running, None, "Yeo (2020), in Ma (2024), section 3";
        /// Researchers move between cities (E21).
        talent_mobility: Switch = true, .., "", "–", Running, None, "Ma (2024), Table 1";
        /// Incidents cut the demand of risky sectors (E7).
        incidents: Switch = true, .., "", "–", Running, None, "Ma (2024), section 3, central level";
        /// What is spent on a sector is under construction first (E45); off: capability stands in the quarter it is paid for.
        time_to_build: Switch = false, .., "", "–", Start, None, "Kydland and Prescott (1982)";
        /// Restrictive law blunts local instruments (E20); off in the dual-track regime.
        preemption: Switch = false, .., "", "–", Running, None, "Ma (2024), section 3, assessment (the EU)";
    }
    /// Who composes the sector budgets.
    regime: Regime {
        /// `tournament`: each official decides; `coordinated`: a planner splits each city's sector budget by marginal national value at the same total (E40).
        allocation: Allocation = Allocation::Tournament, .., "", "–", Running, None, "benchmark, docs/odd.md 7.5";
    }
    /// The world of the first day.
    start: Start {
        /// `shared`: all that is laid over a scenario file starts in the same world, that of the file with tournament, comparability and all tracks at work; `own`: each run starts on the balanced path of its own rules.
        reference: Reference = Reference::Shared, .., "", "–", Start, None, "docs/decisions.md, one start";
        /// Intensity of the tournament on whose balanced path a shared start lies.
        intensity: Real = 1.0, 0.0..=3.0, "Π_0", "–", Start, None, "a shared start is that of the default tournament";
    }
    /// The outside world: frontier, pressures, export controls.
    outside: Outside {
        /// Factor on the frontier growth of every sector (column `frontier_growth_per_quarter`).
        frontier_growth_scale: Real = 1.0, 0.0..=3.0, "φ_F", "–", Running, Some((0.7, 1.3)), "calibrated to a flat Chinese share of notable models 2015-2020 (Epoch AI)";
        /// Jump of the frontier per unit of intensity of a dated technology shock.
        frontier_shock_per_intensity: Real = 0.03, 0.0..=1.0, "σ_F", "–", Running, Some((0.0, 0.08)), "assumption";
        /// European regulatory pressure before the first dated event.
        eu_pressure_base: Real = 0.05, 0.0..=1.0, "E_0", "–", Running, Some((0.0, 0.2)), "assumption";
        /// European regulatory pressure added per unit of intensity of a dated event.
        eu_pressure_per_intensity: Real = 0.15, 0.0..=1.0, "E_1", "–", Running, Some((0.05, 0.2)), "assumption; intensities are judgements (events.csv)";
        /// US technological pressure before the first dated event.
        us_pressure_base: Real = 0.4, 0.0..=1.0, "U_0", "–", Running, Some((0.2, 0.6)), "assumption";
        /// US technological pressure added per unit of intensity of a dated event.
        us_pressure_per_intensity: Real = 0.05, 0.0..=1.0, "U_1", "–", Running, Some((0.02, 0.08)), "assumption; intensities are judgements (events.csv)";
        /// Export-control level added per unit of intensity of a dated event.
        export_control_per_intensity: Real = 0.06, 0.0..=1.0, "X_1", "–", Running, Some((0.03, 0.12)), "assumption; intensities are judgements (events.csv)";
        /// AI researchers in the United States at the start.
        us_researchers: Real = 28536.0, 1.0..=1e7, "H_US", "FTE", Running, Some((20000.0, 40000.0)), "Tsinghua China AI report 2018, background knowledge, unverified (fairly sure)";
        /// Growth of the number of researchers in the United States.
        us_researchers_growth_per_quarter: Real = 0.015, -0.05..=0.1, "g_US", "1/quarter", Running, Some((0.005, 0.03)), "assumption";
    }
    /// National demand for AI products.
    market: Market {
        /// Utilisation of capability at the start, in every sector.
        initial_utilisation: Real = 0.85, 0.05..=1.0, "u_0", "–", Start, Some((0.7, 1.0)), "manufacturing 0.75 and data centres 0.55 to 0.6 (targets W12, W13); assumption above both for young sectors";
        /// Factor on the demand growth of every sector (column `demand_growth_per_quarter`).
        demand_growth_scale: Real = 1.0, 0.0..=3.0, "φ_D", "–", Running, Some((0.5, 1.5)), "assumption";
        /// Share of imports lost to export controls that buyers replace by domestic products.
        import_substitution: Real = 0.25, 0.0..=1.0, "σ_imp", "–", Running, Some((0.05, 0.6)), "assumption";
        /// Share of a sector's demand that an incident cuts for four quarters.
        incident_demand_cut: Real = 0.15, 0.0..=1.0, "ξ", "–", Running, Some((0.05, 0.3)), "assumption";
        /// Present value of output per CNY of sector spending at the start, on national average.
        output_value_ratio: Real = 1.0, 0.0..=10.0, "ψ", "–", Start, Some((0.7, 1.5)), "normalisation: AI spending is on average as good as the rest at the start";
    }
    /// The centre: priorities and stringency.
    centre: Centre {
        /// Priority of any sector.
        priority_base: Real = 0.2, 0.0..=5.0, "p_0", "–", Running, Some((0.0, 0.5)), "prototype";
        /// Priority per unit of strategic weight.
        priority_strategic: Real = 0.4, 0.0..=5.0, "p_1", "–", Running, Some((0.2, 0.8)), "prototype";
        /// Priority per unit of US pressure x gap x strategic weight.
        priority_us_gap: Real = 1.2, 0.0..=10.0, "γ_US", "–", Running, Some((0.4, 2.0)), "prototype";
        /// Priority per unit of export control x import share.
        priority_lost_imports: Real = 0.5, 0.0..=5.0, "γ_X", "–", Running, Some((0.0, 1.0)), "assumption: lost imports raise the priority of what was imported";
        /// Priority per unit of attention.
        priority_attention: Real = 0.5, 0.0..=5.0, "γ_A", "–", Running, Some((0.2, 1.2)), "prototype 0.6; calibrated with the half-life of attention";
        /// Priority per unit of intensity of a dated central plan.
        priority_plan: Real = 0.1, 0.0..=5.0, "γ_P", "–", Running, Some((0.0, 0.3)), "assumption; intensities are judgements (events.csv)";
        /// Weight of European pressure in the stringency target.
        stringency_eu_weight: Real = 0.5, 0.0..=3.0, "w_EU", "–", Running, Some((0.2, 0.8)), "prototype";
        /// Weight of risk in the stringency target.
        stringency_risk_weight: Real = 0.3, 0.0..=3.0, "w_risk", "–", Running, Some((0.1, 0.6)), "prototype";
        /// Weight of the technological gap, under US pressure, against stringency.
        stringency_gap_weight: Real = 0.3, 0.0..=3.0, "w_US", "–", Running, Some((0.1, 0.8)), "prototype";
        /// Share of the distance to its target that stringency closes in a quarter.
        stringency_adjustment: Real = 0.15, 0.0..=1.0, "λ_R", "1/quarter", Running, Some((0.05, 0.4)), "prototype";
        /// Hazard of an incident in a sector of risk 1 at the frontier without regulation.
        incident_hazard: Real = 0.1, 0.0..=5.0, "h_0", "1/quarter", Running, Some((0.02, 0.3)), "assumption";
    }
    /// The promotion tournament and the centre's evaluation.
    tournament: Tournament {
        /// Intensity of the promotion tournament; 0 is none.
        intensity: Real = 1.0, 0.0..=10.0, "Π", "–", Running, Some((0.0, 3.0)), "prototype";
        /// Weight of comparability in the career value of a sector.
        comparability: Real = 0.8, 0.0..=1.0, "λ", "–", Running, Some((0.0, 1.0)), "prototype";
        /// Variance of the shock common to a sector over that of a city's own noise.
        shock_variance_ratio: Real = 4.0, 0.0..=100.0, "k", "–", Running, Some((0.0, 8.0)), "prototype; Holmstrom (1982)";
        /// Career value of the rest of the local economy.
        career_value_rest: Real = 0.4, 0.0..=5.0, "e_0", "–", Running, Some((0.2, 0.6)), "assumption: near the mean priority of a sector at the start";
        /// Career value of an instrument in force.
        career_value_instrument: Real = 0.3, 0.0..=5.0, "e_T", "–", Running, Some((0.1, 0.6)), "assumption";
        /// Log-odds of promotion per standard deviation of the score.
        promotion_slope: Real = 0.15, -1.0..=2.0, "b_prom", "log-odds/s.d.", Running, Some((0.0, 0.35)), "Li and Zhou (2005): +15 % per s.d.; Wiebe (2021): near 0 for prefectures";
        /// Officials who leave their post in a quarter, at a score of 0.
        turnover_per_quarter: Real = 0.07, 0.0..=0.5, "h_T", "1/quarter", Running, Some((0.06, 0.08)), "tenure of 3 to 4 years (background knowledge, fairly sure)";
        /// Share of exits that are promotions, at a score of 0.
        promoted_share: Real = 0.5, 0.01..=0.99, "s_P", "–", Running, Some((0.3, 0.7)), "data notes (unsure)";
        /// Whether intensity scales with the slope: officials who see that scores do not promote stop chasing them.
        tied_to_slope: Switch = false, .., "", "–", Running, None, "option, docs/odd.md 7.4";
        /// Slope at which a tied tournament has its full intensity.
        slope_reference: Real = 0.15, 0.01..=2.0, "b_ref", "log-odds/s.d.", Running, None, "the default slope";
        /// Noise of a score whose comparability is 0.
        evaluation_noise: Real = 0.5, 0.0..=10.0, "σ_E", "s.d.", Running, Some((0.2, 1.0)), "assumption";
        /// Reward for an own instrument that becomes national.
        reward_invention: Real = 0.3, -5.0..=5.0, "b_inv", "s.d.", Running, Some((0.0, 1.0)), "Ma (2024) against Luo, Wang and Yang (2025): disputed";
        /// Reward for taking up a national instrument.
        reward_enforcement: Real = 0.1, -5.0..=5.0, "b_enf", "s.d.", Running, Some((0.0, 0.5)), "Luo, Wang and Yang (2025), sign";
        /// Cost to the score of an instrument given up.
        penalty_failure: Real = 0.1, -5.0..=5.0, "b_fail", "s.d.", Running, Some((0.0, 0.5)), "assumption";
    }
    /// How officials spend.
    budgets: Budgets {
        /// Precision of the choice between options.
        precision: Real = 2.0, 0.0..=50.0, "β", "–", Running, Some((1.0, 3.5)), "McFadden (1974); the prototype's 3 made spending explode at intensities above 2";
        /// Share of the distance to its target that a budget share closes in a quarter.
        adjustment_rate: Real = 0.2, 0.0..=1.0, "η", "1/quarter", Running, Some((0.1, 0.4)), "prototype";
        /// Exponent of utilisation in a sector's own return.
        crowding: Real = 0.5, 0.0..=5.0, "ζ", "–", Running, Some((0.2, 1.5)), "prototype";
        /// Base rate of the rest of the local economy; a sector has 1.
        rest_base_rate: Real = 2200.0, 0.1..=1e9, "b_0", "–", Running, Some((1500.0, 3000.0)), "calibrated to AI money of 1 to 4 % of revenue (targets F01, F04)";
        /// Base rate of an instrument in force; a sector has 1.
        instrument_base_rate: Real = 1.5, 0.0..=1e6, "b_M", "–", Running, Some((0.5, 4.0)), "calibrated to talent policies of a few CNY mn a year (targets F05, F06; Wuhan's CNY 5 mn a team)";
        /// Value of an instrument per unit of its experienced effect.
        instrument_own_value: Real = 3.0, 0.0..=50.0, "v_1", "–", Running, Some((1.0, 6.0)), "assumption";
        /// Growth of base budgets.
        growth_per_quarter: Real = 0.011, -0.05..=0.1, "g", "1/quarter", Running, Some((0.005, 0.02)), "national local revenue 2015-2023, background knowledge, unverified (fairly sure)";
        /// Tax on AI output.
        tax_rate: Real = 0.2, 0.0..=1.0, "tax", "–", Running, Some((0.1, 0.3)), "assumption";
        /// Share of that tax which the city keeps.
        retention: Real = 0.25, 0.0..=1.0, "ret", "–", Running, Some((0.25, 0.6)), "VAT 75/25 to April 2016, then 50/50";
        /// Size of fiscal need where a city has no revenue.
        need_scale: Real = 0.5, 0.0..=5.0, "n_0", "–", Running, Some((0.0, 1.0)), "assumption; the 1994 reform in Ma (2024), section 3";
        /// Grants as a share of base budgets.
        grant_share: Real = 0.02, 0.0..=1.0, "γ_G", "–", Running, Some((0.0, 0.05)), "assumption";
        /// How strongly grants follow scores.
        grant_concentration: Real = 0.4, 0.0..=5.0, "χ_F", "1/s.d.", Running, Some((0.0, 1.0)), "assumption; Yeo (2020)";
    }
    /// Instruments of talent policy.
    policy: Policy {
        /// Pioneering of a city that is neither behind nor needy.
        pioneer_rate_per_quarter: Real = 0.012, 0.0..=1.0, "ε_0", "1/quarter", Running, Some((0.005, 0.03)), "prototype";
        /// Pioneering added by pressure and need.
        pioneer_pressure: Real = 2.0, 0.0..=50.0, "ε_1", "–", Running, Some((0.0, 4.0)), "prototype";
        /// Pioneering added in a pilot zone.
        pilot_boost: Real = 2.0, 0.0..=50.0, "ν", "–", Running, Some((0.0, 4.0)), "prototype";
        /// Share of the cost of failing that a pilot zone takes away.
        pilot_shield: Real = 0.5, 0.0..=1.0, "ν_s", "–", Running, Some((0.0, 1.0)), "assumption; NIDS guidelines, incentives and support";
        /// Error of a pioneer's design around its own optimum.
        design_error: Real = 0.2, 0.0..=2.0, "σ_d", "design", Running, Some((0.05, 0.4)), "assumption";
        /// Imitation of the best-scoring peer.
        imitation_rate_per_quarter: Real = 0.03, 0.0..=1.0, "p_im", "1/quarter", Running, Some((0.01, 0.06)), "prototype";
        /// Taking up a national instrument.
        codified_rate_per_quarter: Real = 0.12, 0.0..=1.0, "κ_c", "1/quarter", Running, Some((0.05, 0.25)), "prototype; AI plans in 21 provinces within 15 months";
        /// Share of the distance to its own optimum that a design closes in a quarter.
        adjustment_rate: Real = 0.1, 0.0..=1.0, "a_d", "1/quarter", Running, Some((0.02, 0.3)), "prototype";
        /// Reviews in which a city may give up its worst instrument.
        review_rate_per_quarter: Real = 0.1, 0.0..=1.0, "p_rev", "1/quarter", Running, Some((0.02, 0.25)), "assumption";
        /// Potential effect at or below which a reviewed instrument is given up.
        drop_below: Real = 0.02, -5.0..=5.0, "e_min", "effect", Running, Some((0.0, 0.08)), "assumption";
        /// Mean true effect of instruments.
        effect_mean: Real = 0.2, -5.0..=5.0, "θ_0", "effect", Start, Some((0.1, 0.4)), "assumption: a handful of instruments adds about a quarter to effective talent";
        /// Spread of the true effects of instruments.
        effect_sd: Real = 0.12, 0.0..=5.0, "σ_θ", "effect", Start, Some((0.05, 0.25)), "assumption";
        /// Spread of local optima around the national one.
        design_spread: Real = 0.15, 0.0..=2.0, "σ_D", "design", Start, Some((0.05, 0.3)), "assumption";
        /// Distance from the optimum at which an instrument does nothing.
        design_tolerance: Real = 0.5, 0.01..=10.0, "W", "design", Running, Some((0.3, 0.8)), "prototype";
        /// Money at which an instrument has half its effect, as a share of the base budget.
        half_money_share: Real = 0.00005, 0.0..=1.0, "j_0", "–", Running, Some((0.00002, 0.0002)), "calibrated with the instrument base rate";
        /// Share of an instrument's effect that full stringency takes where law pre-empts local measures.
        preemption_strength: Real = 0.8, 0.0..=1.0, "ϖ", "–", Running, Some((0.4, 1.0)), "assumption";
    }
    /// How the centre makes instruments national.
    codification: Codification {
        /// Adopters needed before the centre looks.
        min_adopters: Count = 3, 1..=1_000_000, "n_min", "cities", Running, None, "prototype";
        /// Measured gain needed.
        threshold: Real = 0.1, -5.0..=5.0, "m_min", "effect", Running, Some((0.05, 0.2)), "assumption; 54 % of experiments rolled out (Wang and Yang)";
        /// Share of site advantage and effort that the centre subtracts.
        correction: Real = 0.3, 0.0..=1.0, "c_b", "–", Running, Some((0.0, 0.5)), "Wang and Yang: only partly corrected";
        /// Measured gain per unit of the adopters' mean advantage over the nation.
        site_bias: Real = 0.1, 0.0..=5.0, "b_site", "effect", Running, Some((0.0, 0.3)), "Wang and Yang: 80 to 90 % positively selected; size assumed";
        /// Measured gain from extra effort while an instrument is tried.
        trial_effort: Real = 0.03, -5.0..=5.0, "b_eff", "effect", Running, Some((0.0, 0.1)), "Wang and Yang: effort does not carry over; size assumed";
        /// Noise of the measured gain from one adopter.
        measurement_noise: Real = 0.1, 0.0..=5.0, "σ_M", "effect", Running, Some((0.02, 0.3)), "assumption";
        /// Instruments the centre codifies in a year at most.
        max_per_year: Count = 2, 0..=64, "n_cod", "instruments", Running, None, "assumption: a few a year";
        /// Shortest time from evidence to national measure.
        lag_min_quarters: Count = 2, 1..=40, "l_1", "quarters", Running, None, "2 to 5 quarters (events.csv: connected vehicles, City Brain)";
        /// Longest time from evidence to national measure.
        lag_max_quarters: Count = 5, 1..=40, "l_2", "quarters", Running, None, "2 to 5 quarters (events.csv: connected vehicles, City Brain)";
        /// Chance that the centre issues a measure of its own in a year.
        top_down_rate_per_year: Real = 0.3, 0.0..=1.0, "p_TD", "1/year", Running, Some((0.1, 0.8)), "assumption; over 80 % of ideas local in the 2000s (target X03)";
    }
    /// Researchers.
    talent: Talent {
        /// AI researchers in all cities together at the start.
        researchers_total: Real = 10000.0, 1.0..=1e9, "H_0", "FTE", Start, Some((6000.0, 20000.0)), "target T01: fewer than 10,000 in 2015";
        /// Share of researchers who reconsider where to work in a quarter.
        mobile_share: Real = 0.02, 0.0..=1.0, "μ", "1/quarter", Running, Some((0.005, 0.05)), "assumption";
        /// How strongly researchers answer to amenity and instruments.
        location_precision: Real = 1.0, 0.0..=5.0, "β_T", "–", Running, Some((0.3, 2.0)), "assumption";
        /// Share of researchers who leave the field in a quarter.
        departure_rate: Real = 0.01, 0.0..=1.0, "dep", "1/quarter", Running, Some((0.005, 0.02)), "assumption";
        /// Net growth that the pipeline sustains at the start.
        pipeline_net_growth: Real = 0.02, -0.01..=0.2, "n_H", "1/quarter", Start, Some((0.01, 0.04)), "target T05 against T01: a multiple of the 2015 number by 2020";
        /// Growth of the pipeline.
        pipeline_growth_per_quarter: Real = 0.02, -0.05..=0.1, "g_H", "1/quarter", Running, Some((0.005, 0.03)), "assumption";
        /// Researchers won from abroad per unit of overseas effect, as a share of the city's own.
        overseas_rate: Real = 0.03, 0.0..=1.0, "ρ_ov", "1/quarter", Running, Some((0.01, 0.08)), "assumption";
        /// Time of a mean peer's researchers that soft instruments borrow per unit of effect.
        soft_time: Real = 0.5, 0.0..=10.0, "σ_so", "–", Running, Some((0.1, 1.0)), "assumption; Ma (2024), note 16";
    }
    /// Production and the waste cascade.
    production: Production {
        /// Exponent of aggregation: 1, every city adds new knowledge; large, only the best counts.
        aggregation: Real = 1.3, 1.0..=10.0, "ρ", "–", Start, Some((1.05, 2.0)), "prototype";
        /// Output elasticity of money; that of talent is one minus it.
        money_elasticity: Real = 0.6, 0.0..=1.0, "α", "–", Start, Some((0.4, 0.75)), "prototype";
        /// Capability that is lost in a quarter.
        depreciation: Real = 0.025, 0.001..=1.0, "δ", "1/quarter", Start, Some((0.015, 0.05)), "prototype";
        /// Capability built in a quarter from one CNY mn and one researcher at advantage 1.
        productivity: Real = 1.0, 1e-6..=1e6, "A", "capability/quarter", Start, None, "normalisation: it sets the unit of capability";
        /// Share of spending paid to outside firms where there is no local base.
        introduction_cost: Real = 0.5, 0.0..=1.0, "χ", "–", Start, Some((0.2, 0.8)), "prototype; Ma (2024), Henan";
        /// Local base at which the introduction cost is halved, in national means of the start.
        introduction_half_base: Real = 0.25, 1e-6..=1e6, "k_h", "–", Start, Some((0.1, 1.0)), "assumption";
        /// Spending at which half is lost for want of scale, before the sector's factor.
        minimum_scale_cny_mn: Real = 10.0, 0.0..=1e9, "MES", "CNY mn/quarter", Start, Some((3.0, 30.0)), "assumption: a team costs CNY 5 mn (Table 1, Wuhan)";
    }
    /// Who looks at whom.
    peers: Peers {
        /// Peers of the same administrative rank, nearest in budget.
        rank_peers: Count = 4, 0..=64, "n_r", "cities", Start, None, "Yu, Zhou and Zhu (2016): rivals of similar rank";
        /// Peers nearest in space.
        neighbour_peers: Count = 4, 0..=64, "n_n", "cities", Start, None, "Yu, Zhou and Zhu (2016)";
        /// Weight of rank peers against neighbours.
        rank_weight: Real = 0.5, 0.0..=1.0, "w_r", "–", Start, Some((0.2, 0.8)), "data notes: 0.5";
        /// How much nearer a neighbour of the same province counts.
        province_bonus: Real = 1.0, 0.0..=100.0, "b_p", "–", Start, Some((0.0, 3.0)), "Yu, Zhou and Zhu (2016): hardly across a provincial border";
    }
    /// How city data become constants of the model.
    geography: Geography {
        /// Exponent of research intensity in the advantage of a city.
        level_exponent: Real = 0.3, 0.0..=3.0, "x_L", "–", Start, Some((0.1, 0.6)), "assumption";
        /// Advantage added in the first of a city's named sectors.
        focus_bonus: Real = 0.4, 0.0..=10.0, "f_1", "–", Start, Some((0.2, 0.8)), "assumption";
        /// How strongly a sector's lean on first-tier cities shows in advantage.
        first_tier_lean: Real = 0.6, 0.0..=2.0, "f_2", "–", Start, Some((0.3, 1.2)), "assumption";
        /// Outside productivity per standard deviation of earlier growth.
        outside_growth_weight: Real = 0.05, 0.0..=1.0, "f_3", "–", Start, Some((0.0, 0.15)), "assumption; GDP 2010-2015";
        /// Revenue over GDP at which a city has no fiscal need.
        fiscal_capacity_reference: Real = 0.2, 0.01..=1.0, "f_4", "–", Start, None, "the highest of the 32 cities in 2015 is 0.22";
        /// Weight of universities against research spending in the researchers of a city at the start.
        university_weight: Real = 0.5, 0.0..=1.0, "f_5", "–", Start, None, "assumption";
    }
    /// National champions.
    champions: Champions {
        /// National champions the centre names in a year at most.
        max_per_year: Count = 3, 0..=64, "n_ch", "cities", Running, None, "assumption; four open platforms in 2017";
        /// Noise of what the centre sees of a city's capability.
        noise: Real = 0.1, 0.0..=5.0, "σ_ch", "–", Running, Some((0.0, 0.3)), "assumption";
    }
    /// What outcomes assume.
    outcomes: Outcomes {
        /// Return of one CNY spent in the rest of the local economy, at outside productivity 1.
        rest_return: Real = 1.0, 0.0..=10.0, "r_0", "CNY/CNY", Running, Some((0.7, 1.5)), "normalisation";
        /// Discount rate.
        discount_rate_per_quarter: Real = 0.01, 0.0001..=0.5, "r", "1/quarter", Start, Some((0.005, 0.02)), "assumption";
    }
}

/// The parameter with this key.
pub fn find(key: &str) -> Option<&'static Parameter> {
    PARAMETERS.iter().find(|parameter| parameter.key == key)
}

impl Params {
    /// Every key with its value, in the order of the table.
    pub fn values(&self) -> impl Iterator<Item = (&'static Parameter, Value)> + '_ {
        PARAMETERS
            .iter()
            .map(move |parameter| (parameter, (parameter.get)(self)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_lies_in_its_own_range() {
        for parameter in PARAMETERS {
            let mut params = Params::default();
            let default = parameter.default();
            assert_eq!(parameter.set(&mut params, &default), Ok(()));
            assert_eq!(params, Params::default(), "{}", parameter.key);
        }
    }

    #[test]
    fn keys_are_unique_and_carry_their_group() {
        let mut keys: Vec<_> = PARAMETERS.iter().map(|parameter| parameter.key).collect();
        keys.sort_unstable();
        let count = keys.len();
        keys.dedup();
        assert_eq!(keys.len(), count);
        assert!(keys.iter().all(|key| key.split('.').count() == 2));
    }

    #[test]
    fn uncertain_ranges_lie_inside_the_allowed_ones() {
        for parameter in PARAMETERS {
            if let (Some((low, high)), Kind::Real { min, max }) =
                (parameter.uncertain, parameter.kind)
            {
                assert!(min <= low && low < high && high <= max, "{}", parameter.key);
            }
        }
    }

    #[test]
    fn a_value_out_of_range_is_refused_with_what_is_allowed() {
        let parameter = find("budgets.adjustment_rate").expect("in the table");
        let refused = parameter.set(&mut Params::default(), &Value::Real(1.4));
        assert_eq!(
            refused,
            Err(
                "`budgets.adjustment_rate` is 1.4; allowed: 0 to 1 (1/quarter), default 0.2"
                    .to_string()
            )
        );
    }
}
