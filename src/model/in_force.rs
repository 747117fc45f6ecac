//! What parameters, switches and dates come to in a quarter.

use crate::model::equations::outside;
use crate::model::params::table::Params;
use crate::model::timeline::Timeline;

/// Numbers of a quarter that switches and dates decide, in force in it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct InForce {
    /// `Π_e`, intensity of the tournament in force.
    pub intensity: f64,
    /// `λ_e`, weight of comparability in force.
    pub comparability: f64,
    /// Slope of promotion in force.
    pub promotion_slope: f64,
    /// `E`.
    pub eu_pressure: f64,
    /// `U`.
    pub us_pressure: f64,
    /// `X`.
    pub export_controls: f64,
    /// `ϖ` in force.
    pub preemption: f64,
    /// `χ_F` in force.
    pub grant_concentration: f64,
}

impl InForce {
    /// The numbers of a quarter.
    pub fn new(params: &Params, timeline: &Timeline, quarter: usize) -> Self {
        let on = &params.mechanisms;
        let (outside, tournament) = (&params.outside, &params.tournament);
        let tie = if tournament.tied_to_slope {
            (tournament.promotion_slope / tournament.slope_reference).max(0.0)
        } else {
            1.0
        };
        let when = |switch: bool, value: f64| if switch { value } else { 0.0 };
        InForce {
            intensity: when(on.tournament, tournament.intensity * tie),
            comparability: when(on.comparability, tournament.comparability),
            promotion_slope: when(on.tournament, tournament.promotion_slope),
            eu_pressure: when(
                on.eu_pressure,
                outside::pressure(
                    outside.eu_pressure_base,
                    outside.eu_pressure_per_intensity,
                    timeline.eu_pressure(quarter),
                ),
            ),
            us_pressure: when(
                on.us_pressure,
                outside::pressure(
                    outside.us_pressure_base,
                    outside.us_pressure_per_intensity,
                    timeline.us_pressure(quarter),
                ),
            ),
            export_controls: when(
                on.export_controls,
                outside::pressure(
                    0.0,
                    outside.export_control_per_intensity,
                    timeline.export_controls(quarter),
                ),
            ),
            preemption: when(on.preemption, params.policy.preemption_strength),
            grant_concentration: when(on.grants_by_score, params.budgets.grant_concentration),
        }
    }
}
