//! Events as they happen in a run.

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
/// A run appends; whoever keeps the event log clears it.
#[derive(Clone, Debug, Default)]
pub struct EventLog {
    /// Policy events.
    pub policies: Vec<PolicyEvent>,
    /// Exits of officials.
    pub officials: Vec<OfficialEvent>,
    /// Leaders and champions.
    pub champions: Vec<ChampionEvent>,
}

impl EventLog {
    /// Forgets all events, keeping the memory.
    pub fn clear(&mut self) {
        self.policies.clear();
        self.officials.clear();
        self.champions.clear();
    }
}
