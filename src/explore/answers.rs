//! What a page gets. A number that is missing is `null`.

use std::collections::BTreeMap;

use serde::Serialize;

/// What the model offers: parameters, scenarios, what is measured.
#[derive(Clone, Debug, Serialize)]
pub struct Model {
    /// Version of the program.
    pub version: &'static str,
    /// Scenario the program was started with.
    pub start: String,
    /// What one may ask for.
    pub limits: crate::explore::laboratory::Limits,
    /// Scenarios by name.
    pub scenarios: Vec<ScenarioSummary>,
    /// Groups of parameters, in order.
    pub groups: Vec<Titled>,
    /// Changes of one click.
    pub presets: Vec<Preset>,
    /// Keys of parameters that are changed most often.
    pub most_used: &'static [&'static str],
    /// Parameters, in order.
    pub parameters: Vec<ParameterView>,
    /// Series of the nation.
    pub responses: Vec<Measured>,
    /// Totals over the run.
    pub totals: Vec<Measured>,
    /// Names of the totals into which spending on sectors is cut, what is not lost first.
    pub parts: Vec<&'static str>,
    /// Series of cities.
    pub city_responses: Vec<Measured>,
    /// Series of a sector of cities.
    pub sector_responses: Vec<Measured>,
}

/// A change of one click.
#[derive(Clone, Debug, Serialize)]
pub struct Preset {
    /// What it does.
    pub title: &'static str,
    /// Key of the parameter that it sets.
    pub key: &'static str,
    /// To what.
    pub value: serde_json::Value,
}

/// A scenario in a list.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioSummary {
    /// Name.
    pub name: String,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// File, as the command line would name it.
    pub file: String,
    /// Number of cities.
    pub cities: usize,
    /// Number of quarters.
    pub quarters: u32,
}

/// Something with a short name and one for people.
#[derive(Clone, Debug, Serialize)]
pub struct Titled {
    /// Short name.
    pub name: String,
    /// For people.
    pub title: String,
}

/// A parameter, from its one definition.
#[derive(Clone, Debug, Serialize)]
pub struct ParameterView {
    /// Key.
    pub key: &'static str,
    /// Group.
    pub group: &'static str,
    /// Symbol in the document.
    pub symbol: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// Meaning.
    pub meaning: &'static str,
    /// Other words by which it is looked for.
    pub synonyms: String,
    /// Where default and range come from.
    pub source: &'static str,
    /// `real`, `count`, `switch` or `choice`.
    pub kind: &'static str,
    /// Lowest value.
    pub min: Option<f64>,
    /// Highest value.
    pub max: Option<f64>,
    /// Allowed names.
    pub names: &'static [&'static str],
    /// Default.
    pub default: serde_json::Value,
    /// `start` or `running`.
    pub timing: &'static str,
    /// Range in which it is uncertain.
    pub uncertain: Option<(f64, f64)>,
}

/// Something that is measured.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Name in files.
    pub name: &'static str,
    /// For people.
    pub title: String,
    /// Unit.
    pub unit: &'static str,
    /// What is written of it beside the title.
    pub sign: &'static str,
    /// Meaning.
    pub meaning: String,
    /// Whether it is shown in per cent.
    pub is_percent: bool,
    /// Whether it is shown from the beginning.
    pub is_usual: bool,
    /// Whether it is shown on top of all.
    pub is_headline: bool,
    /// Whether it is the size of cities on the map.
    pub is_size: bool,
}

/// A scenario.
#[derive(Clone, Debug, Serialize)]
pub struct ScenarioView {
    /// Name.
    pub name: String,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// File, as the command line would name it.
    pub file: String,
    /// Seed.
    pub seed: u64,
    /// Number of replicates.
    pub replicates: u32,
    /// Quarters.
    pub quarters: Vec<String>,
    /// Cities, in the order of all lists.
    pub cities: Vec<CityView>,
    /// Sectors.
    pub sectors: Vec<Named>,
    /// Instruments.
    pub instruments: Vec<Named>,
    /// Values of all parameters at the start.
    pub values: BTreeMap<&'static str, serde_json::Value>,
    /// Dated changes.
    pub changes: Vec<ChangeView>,
    /// Dated events.
    pub events: Vec<EventView>,
}

/// A city.
#[derive(Clone, Debug, Serialize)]
pub struct CityView {
    /// Short name.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Region.
    pub region: String,
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
}

/// A sector or an instrument.
#[derive(Clone, Debug, Serialize)]
pub struct Named {
    /// Short name.
    pub id: String,
    /// Name for people.
    pub name: String,
}

/// A parameter that changes at a date.
#[derive(Clone, Debug, Serialize)]
pub struct ChangeView {
    /// Key.
    pub key: &'static str,
    /// First quarter.
    pub from: String,
    /// Value.
    pub value: serde_json::Value,
}

/// A dated event.
#[derive(Clone, Debug, Serialize)]
pub struct EventView {
    /// Quarter.
    pub quarter: String,
    /// Title.
    pub title: String,
    /// Track.
    pub kind: &'static str,
}

/// Where a run of many replicates stands.
#[derive(Clone, Debug, Serialize)]
pub struct Snapshot {
    /// Replicates in it.
    pub n: u32,
    /// Replicates asked for.
    pub of: u32,
    /// The base.
    pub base: RunView,
    /// The variant.
    pub variant: Option<RunView>,
    /// Variant minus base, in pairs of the same random draws.
    pub difference: Option<RunView>,
}

/// Series and totals over replicates.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RunView {
    /// By response.
    pub series: BTreeMap<&'static str, SeriesView>,
    /// By total.
    pub totals: BTreeMap<&'static str, Interval>,
}

/// A series over quarters.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SeriesView {
    /// Mean over replicates that have the number.
    pub mean: Vec<Option<f64>>,
    /// Lower end of Student's 95 % interval of the mean.
    pub low: Option<Vec<Option<f64>>>,
    /// Its upper end.
    pub high: Option<Vec<Option<f64>>>,
    /// Tenth percentile of single runs, from 10 replicates on.
    pub p10: Option<Vec<Option<f64>>>,
    /// Ninetieth percentile.
    pub p90: Option<Vec<Option<f64>>>,
}

/// A mean with its interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Interval {
    /// Mean.
    pub mean: Option<f64>,
    /// Lower end of Student's 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// One replicate.
#[derive(Clone, Debug, Serialize)]
pub struct TraceView {
    /// Quarters.
    pub quarters: Vec<String>,
    /// Series of the nation.
    pub national: BTreeMap<&'static str, Vec<Option<f64>>>,
    /// Series of cities: a list of cities for each quarter.
    pub cities: BTreeMap<&'static str, Vec<Vec<Option<f64>>>>,
    /// Series of the sector that was asked for, in all cities: a list of cities for each quarter.
    pub sector: Option<BTreeMap<&'static str, Vec<Vec<Option<f64>>>>>,
    /// Events in order.
    pub events: Vec<Happening>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Happening {
    /// Quarter, from 0.
    pub quarter: u32,
    /// What.
    pub kind: &'static str,
    /// Short name of the city.
    pub city: Option<String>,
    /// Short name of the instrument.
    pub instrument: Option<String>,
    /// Short name of the sector.
    pub sector: Option<String>,
    /// Short name of the city it came from.
    pub from: Option<String>,
}

/// What a city saw and chose.
#[derive(Clone, Debug, Serialize)]
pub struct ChoiceView {
    /// Quarter.
    pub quarter: String,
    /// Short name of the city.
    pub city: String,
    /// Sector that is told about.
    pub sector: String,
    /// Budget, CNY mn.
    pub budget_cny_mn: f64,
    /// Career weight times the intensity of the tournament.
    pub career: f64,
    /// Whether a planner composes the sector budgets.
    pub is_planned: bool,
    /// Options.
    pub options: Vec<OptionView>,
    /// What the value of the sector is made of.
    pub terms: Vec<TermView>,
    /// Peers with their share of the sector.
    pub peers: Vec<PeerView>,
    /// National measures in force.
    pub national: Vec<TemplateView>,
    /// Policy moves of the city.
    pub moves: Vec<Happening>,
    /// In sentences.
    pub reasons: Vec<String>,
}

/// An option.
#[derive(Clone, Debug, Serialize)]
pub struct OptionView {
    /// `rest`, `sector` or `instrument`.
    pub kind: &'static str,
    /// Short name; `rest` for the rest.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Value.
    pub value: f64,
    /// The city's own return in it.
    pub own_return: f64,
    /// The career return in it.
    pub career_return: f64,
    /// Reading factor.
    pub reading: f64,
    /// Effective peers.
    pub effective_peers: f64,
    /// Share aimed at.
    pub target_share: f64,
    /// Share of the quarter before.
    pub share_before: f64,
    /// Share of the quarter.
    pub share_after: f64,
}

/// A term of the value of a sector.
#[derive(Clone, Debug, Serialize)]
pub struct TermView {
    /// Name.
    pub name: &'static str,
    /// Symbol in the document.
    pub symbol: &'static str,
    /// Value.
    pub value: f64,
    /// Meaning.
    pub meaning: &'static str,
}

/// A peer.
#[derive(Clone, Debug, Serialize)]
pub struct PeerView {
    /// Short name.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Weight among peers; they sum to the number of peers.
    pub weight: f64,
    /// Share of the sector in its spending on sectors, as published.
    pub share_before: f64,
    /// Score, s.d.
    pub score: f64,
}

/// A national measure.
#[derive(Clone, Debug, Serialize)]
pub struct TemplateView {
    /// Short name of the instrument.
    pub instrument: String,
    /// Name for people.
    pub name: String,
    /// Design of the template.
    pub design: f64,
    /// The city's own design, where it has the instrument.
    pub own_design: Option<f64>,
}
