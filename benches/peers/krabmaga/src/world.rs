//! The world as read: constants, dates and the balanced start, as `examples/peers.rs` prints them.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

pub const SECTORS: usize = 12;
pub const INSTRUMENTS: usize = 14;
pub type Sectors = [f64; SECTORS];
pub type Instruments = [f64; INSTRUMENTS];

#[derive(Clone, Deserialize)]
pub struct World {
    pub params: HashMap<String, Value>,
    pub changes: Vec<Change>,
    pub sectors: [Sector; SECTORS],
    pub instruments: [Instrument; INSTRUMENTS],
    pub cities: Vec<Row>,
    pub quarters: Vec<Levels>,
    pub stringency: f64,
}

#[derive(Clone, Deserialize)]
pub struct Change {
    pub quarter: i64,
    pub key: String,
    pub value: Value,
}

#[derive(Clone, Copy, Deserialize)]
pub struct Sector {
    pub strategic: f64,
    pub value: f64,
    pub risk: f64,
    pub compute: f64,
    pub scale: f64,
    pub frontier_growth: f64,
    pub demand_growth: f64,
    pub import_share: f64,
    pub supplies_compute: f64,
    pub frontier: f64,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Train,
    Attract,
    Soft,
    Motivate,
    Match,
}

#[derive(Clone, Deserialize)]
pub struct Instrument {
    pub channel: Channel,
    pub tier_slope: f64,
    pub overseas_share: f64,
}

#[derive(Clone, Deserialize)]
pub struct Row {
    pub base: f64,
    pub need: f64,
    pub outside: f64,
    pub amenity: f64,
    pub pipeline: f64,
    pub researchers: f64,
    pub pilot_from: Option<i64>,
    pub advantage: Sectors,
    pub shares: [f64; 1 + SECTORS],
    pub capability: Sectors,
    pub peers: Vec<(usize, f64)>,
}

#[derive(Clone, Deserialize)]
pub struct Levels {
    pub eu: f64,
    pub us: f64,
    pub controls: f64,
    pub attention: Sectors,
    pub plans: Sectors,
    pub shock: Sectors,
}

macro_rules! params {
    ($($name:ident = $key:literal;)*) => {
        /// Parameters, switches as 0 and 1.
        #[derive(Clone)]
        pub struct Params { $(pub $name: f64,)* }

        impl Params {
            pub fn new(values: &HashMap<String, Value>) -> Self {
                Params { $($name: number(&values[$key]),)* }
            }
        }
    };
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Bool(on) => f64::from(u8::from(*on)),
        value => value.as_f64().unwrap_or(f64::NAN),
    }
}

params! {
    tournament_on = "mechanisms.tournament";
    comparability_on = "mechanisms.comparability";
    pioneering_on = "mechanisms.pioneering";
    imitation_on = "mechanisms.imitation";
    adjustment_on = "mechanisms.local_adjustment";
    pilot_zones_on = "mechanisms.pilot_zones";
    eu_on = "mechanisms.eu_pressure";
    us_on = "mechanisms.us_pressure";
    controls_on = "mechanisms.export_controls";
    attention_on = "mechanisms.attention_shock";
    grants_on = "mechanisms.grants_by_score";
    mobility_on = "mechanisms.talent_mobility";
    incidents_on = "mechanisms.incidents";
    preemption_on = "mechanisms.preemption";
    frontier_growth = "outside.frontier_growth_scale";
    frontier_shock = "outside.frontier_shock_per_intensity";
    eu_base = "outside.eu_pressure_base";
    eu_weight = "outside.eu_pressure_per_intensity";
    us_base = "outside.us_pressure_base";
    us_weight = "outside.us_pressure_per_intensity";
    controls_weight = "outside.export_control_per_intensity";
    initial_utilisation = "market.initial_utilisation";
    demand_growth = "market.demand_growth_scale";
    import_substitution = "market.import_substitution";
    incident_cut = "market.incident_demand_cut";
    value_ratio = "market.output_value_ratio";
    priority_base = "centre.priority_base";
    priority_strategic = "centre.priority_strategic";
    priority_gap = "centre.priority_us_gap";
    priority_imports = "centre.priority_lost_imports";
    priority_attention = "centre.priority_attention";
    priority_plan = "centre.priority_plan";
    stringency_eu = "centre.stringency_eu_weight";
    stringency_risk = "centre.stringency_risk_weight";
    stringency_gap = "centre.stringency_gap_weight";
    stringency_adjustment = "centre.stringency_adjustment";
    hazard = "centre.incident_hazard";
    intensity = "tournament.intensity";
    comparability = "tournament.comparability";
    variance_ratio = "tournament.shock_variance_ratio";
    career_rest = "tournament.career_value_rest";
    career_instrument = "tournament.career_value_instrument";
    promotion_slope = "tournament.promotion_slope";
    turnover = "tournament.turnover_per_quarter";
    promoted_share = "tournament.promoted_share";
    evaluation_noise = "tournament.evaluation_noise";
    penalty_failure = "tournament.penalty_failure";
    precision = "budgets.precision";
    share_adjustment = "budgets.adjustment_rate";
    crowding = "budgets.crowding";
    rest_rate = "budgets.rest_base_rate";
    instrument_rate = "budgets.instrument_base_rate";
    own_value = "budgets.instrument_own_value";
    budget_growth = "budgets.growth_per_quarter";
    tax_rate = "budgets.tax_rate";
    retention = "budgets.retention";
    need_scale = "budgets.need_scale";
    grant_share = "budgets.grant_share";
    grant_concentration = "budgets.grant_concentration";
    pioneer_rate = "policy.pioneer_rate_per_quarter";
    pioneer_pressure = "policy.pioneer_pressure";
    pilot_boost = "policy.pilot_boost";
    pilot_shield = "policy.pilot_shield";
    design_error = "policy.design_error";
    imitation_rate = "policy.imitation_rate_per_quarter";
    design_adjustment = "policy.adjustment_rate";
    review_rate = "policy.review_rate_per_quarter";
    drop_below = "policy.drop_below";
    effect_mean = "policy.effect_mean";
    effect_sd = "policy.effect_sd";
    design_spread = "policy.design_spread";
    tolerance = "policy.design_tolerance";
    half_money = "policy.half_money_share";
    preemption = "policy.preemption_strength";
    mobile_share = "talent.mobile_share";
    location_precision = "talent.location_precision";
    departure_rate = "talent.departure_rate";
    pipeline_growth = "talent.pipeline_growth_per_quarter";
    overseas_rate = "talent.overseas_rate";
    soft_time = "talent.soft_time";
    aggregation = "production.aggregation";
    money_elasticity = "production.money_elasticity";
    depreciation = "production.depreciation";
    productivity = "production.productivity";
    introduction_cost = "production.introduction_cost";
    half_base = "production.introduction_half_base";
    minimum_scale = "production.minimum_scale_cny_mn";
    discount_rate = "outcomes.discount_rate_per_quarter";
}
