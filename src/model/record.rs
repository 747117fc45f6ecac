//! What a run lets one see: outcomes of a quarter and events as they happen.

/// Outcomes of the nation in a quarter (`docs/odd.md`, 7.9). Money in CNY mn of the quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct National {
    /// O1, capability over frontier, weighted by strategic value; 0 or more.
    pub competitiveness: f64,
    /// O3, geometric mean of four ratios; 0 to 1.
    pub sovereignty: f64,
    /// O2, technological gap; 0 to 1.
    pub gap: f64,
    /// All budgets.
    pub budget_cny_mn: f64,
    /// Spending on sectors: the sum of the five parts that follow.
    pub spending_cny_mn: f64,
    /// E24, paid to bring in outside firms.
    pub introduction_cny_mn: f64,
    /// E25, lost for want of scale.
    pub subscale_cny_mn: f64,
    /// E26, builds what others have.
    pub duplicated_cny_mn: f64,
    /// E27, builds what nobody uses.
    pub idle_cny_mn: f64,
    /// E28, the rest.
    pub productive_cny_mn: f64,
    /// Spending on instruments: failed experiments, poaching and working money.
    pub instruments_cny_mn: f64,
    /// Money in instruments that do not fit.
    pub failed_experiments_cny_mn: f64,
    /// Money that only moves researchers between cities.
    pub poaching_cny_mn: f64,
    /// What sector spending would have returned in the rest of the local economy.
    pub forgone_cny_mn: f64,
    /// Value of output.
    pub output_cny_mn: f64,
    /// Grants paid.
    pub grants_cny_mn: f64,
    /// O12, competitiveness gained per CNY bn spent so far; none before anything is spent.
    pub efficiency_per_cny_bn: Option<f64>,
    /// O4, mean cosine over all pairs of cities; none for one city.
    pub similarity_all: Option<f64>,
    /// O5, mean cosine over peers; none without peers.
    pub similarity_peers: Option<f64>,
    /// O6, Krugman index; 0 to 2.
    pub specialisation: f64,
    /// O7, Hirschman-Herfindahl index of capability, 0 to 1.
    pub concentration: f64,
    /// O7, share of the leading city in capability.
    pub top_city_share: f64,
    /// O8, share of instruments in force, weighted by how fully they work; 0 to 1.
    pub liberalisation: f64,
    /// O9, instruments in force per city.
    pub instruments_in_force: f64,
    /// O10, national measures in force.
    pub national_measures: u32,
    /// O10, share of them that began in a city; none where there is none.
    pub local_origin_share: Option<f64>,
    /// R, 0 to 1.
    pub stringency: f64,
    /// E, 0 to 1.
    pub eu_pressure: f64,
    /// U, 0 to 1.
    pub us_pressure: f64,
    /// X, 0 to 1.
    pub export_controls: f64,
    /// Incidents of the quarter.
    pub incidents: u32,
    /// O13, mean utilisation weighted by strategic value; 0 to 1.
    pub utilisation: f64,
    /// National champions named so far.
    pub champions: u32,
    /// Researchers, FTE.
    pub researchers: f64,
    /// Effective talent, FTE.
    pub effective_talent: f64,
    /// O15, of budgets; 0 to 1.
    pub gini_budget: f64,
    /// O15, of researchers; 0 to 1.
    pub gini_researchers: f64,
    /// O15, of capability; 0 to 1.
    pub gini_capability: f64,
    /// Pioneering events of the quarter.
    pub pioneered: u32,
    /// Imitation events of the quarter.
    pub imitated: u32,
    /// National measures taken up in the quarter.
    pub taken_up: u32,
    /// Instruments given up in the quarter.
    pub given_up: u32,
}

/// A city in a quarter. Money in CNY mn of the quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CityRow {
    /// Budget.
    pub budget_cny_mn: f64,
    /// Grant in it.
    pub grant_cny_mn: f64,
    /// Spending on sectors: the sum of the five parts that follow.
    pub spending_cny_mn: f64,
    /// E24.
    pub introduction_cny_mn: f64,
    /// E25.
    pub subscale_cny_mn: f64,
    /// E26.
    pub duplicated_cny_mn: f64,
    /// E27.
    pub idle_cny_mn: f64,
    /// E28.
    pub productive_cny_mn: f64,
    /// Spending on instruments.
    pub instruments_cny_mn: f64,
    /// Money in instruments that do not fit.
    pub failed_experiments_cny_mn: f64,
    /// Money that only moves researchers.
    pub poaching_cny_mn: f64,
    /// What sector spending would have returned in the rest of the local economy.
    pub forgone_cny_mn: f64,
    /// Output.
    pub output_cny_mn: f64,
    /// Capability, all sectors.
    pub capability: f64,
    /// Researchers, FTE.
    pub researchers: f64,
    /// Effective talent, FTE.
    pub effective_talent: f64,
    /// Score of the last evaluation, s.d.
    pub score: f64,
    /// Career weight of the official in post, 0 to 1.
    pub career_weight: f64,
    /// Quarters the official has been in post, this one included.
    pub quarters_in_post: u32,
    /// Instruments in force.
    pub instruments_in_force: u32,
    /// O8 of the city, 0 to 1.
    pub liberalisation: f64,
    /// Whether it is a pilot zone.
    pub is_pilot_zone: bool,
}

/// A sector of the nation in a quarter. Money in CNY mn of the quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SectorRow {
    /// National capability, E2.
    pub capability: f64,
    /// Sum of cities' capability.
    pub gross_capability: f64,
    /// Frontier.
    pub frontier: f64,
    /// E3, at the end of the quarter; 0 to 1.
    pub gap: f64,
    /// E37.
    pub demand: f64,
    /// E37, 0 to 1.
    pub utilisation: f64,
    /// E6, 0 to 1.
    pub compute_access: f64,
    /// E4.
    pub priority: f64,
    /// A.
    pub attention: f64,
    /// Spending: the sum of the five parts that follow.
    pub spending_cny_mn: f64,
    /// E24.
    pub introduction_cny_mn: f64,
    /// E25.
    pub subscale_cny_mn: f64,
    /// E26.
    pub duplicated_cny_mn: f64,
    /// E27.
    pub idle_cny_mn: f64,
    /// E28.
    pub productive_cny_mn: f64,
    /// Hirschman-Herfindahl index of capability over cities, 0 to 1.
    pub concentration: f64,
    /// Row of the city with most capability.
    pub leader: u32,
    /// Whether an incident happened in the quarter.
    pub incident: bool,
}

/// A city's sector in a quarter. Money in CNY mn of the quarter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AllocationRow {
    /// Share of the whole budget.
    pub budget_share: f64,
    /// Spending: the sum of the five parts that follow.
    pub spending_cny_mn: f64,
    /// E24.
    pub introduction_cny_mn: f64,
    /// E25.
    pub subscale_cny_mn: f64,
    /// E26.
    pub duplicated_cny_mn: f64,
    /// E27.
    pub idle_cny_mn: f64,
    /// E28.
    pub productive_cny_mn: f64,
    /// Capability just built.
    pub capability: f64,
}

/// What happened to an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// A city begins an instrument of its own design (E15).
    Pioneer,
    /// A city copies a peer (E16).
    Imitate,
    /// A city takes up a national measure (E17).
    TakeUp,
    /// A city has moved its design since the last row of that instrument (E18); written by the recorder.
    Adjust,
    /// A city gives it up (E19).
    Drop,
    /// The centre makes a local instrument national; it is in force from this quarter (E33).
    Codify,
    /// The centre's own measure is in force from this quarter (E34).
    TopDown,
}

impl Move {
    /// How many kinds there are.
    pub(crate) const KINDS: usize = Move::TopDown as usize + 1;
}

/// An event in the life of an instrument.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PolicyEvent {
    /// What happened.
    pub kind: Move,
    /// Row of the city; none where the centre acts on its own.
    pub city: Option<u32>,
    /// Row of the instrument.
    pub instrument: u32,
    /// Its design after the event.
    pub design: f64,
    /// Row of the city it was copied from, or, for a codified instrument, where it began.
    pub from: Option<u32>,
}

/// An official who leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OfficialEvent {
    /// Row of the city.
    pub city: u32,
    /// Promoted; else replaced.
    pub is_promoted: bool,
    /// Score at the time, s.d.
    pub score: f64,
    /// Quarters in post, this one included.
    pub quarters_in_post: u32,
    /// Career weight of the one who leaves.
    pub career_weight: f64,
    /// Career weight of the one who comes.
    pub successor_career_weight: f64,
}

/// A city that comes to lead, or is named.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChampionEvent {
    /// National champion named by the centre; else the new leader of its region.
    pub is_national: bool,
    /// Row of the city.
    pub city: u32,
    /// Row of the sector.
    pub sector: u32,
    /// Its capability.
    pub capability: f64,
    /// Whether it leads the nation in the sector.
    pub leads_nation: bool,
}

/// Events of a quarter, in a stable order: by kind of act, then by city, then by instrument or sector.
/// A run appends; whoever keeps the journal clears it.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    /// Policy events.
    pub policies: Vec<PolicyEvent>,
    /// Exits of officials.
    pub officials: Vec<OfficialEvent>,
    /// Leaders and champions.
    pub champions: Vec<ChampionEvent>,
}

impl Journal {
    /// Forgets all events, keeping the memory.
    pub fn clear(&mut self) {
        self.policies.clear();
        self.officials.clear();
        self.champions.clear();
    }
}
