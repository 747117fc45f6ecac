//! What changes during a run beside the columns of cities: what is known of a block under way, sums, and the nation.

use crate::kernel::lanes::{LANES, Lanes, ZERO};
use crate::model::data::Channel;
use crate::model::phases::leaders::Leaders;
use crate::model::record::Move;
use crate::model::setup::Setup;

/// Sums of effects over the instruments in force in a block.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Channels {
    /// `Tr`, `At`, `So`, `Mo`, `Ma`, in the order of [`Channel::ALL`].
    pub by_channel: [Lanes; Channel::ALL.len()],
    /// `Ov`.
    pub overseas: Lanes,
}

impl Channels {
    /// The sum of one channel.
    #[inline(always)]
    pub fn of(&self, channel: Channel) -> Lanes {
        self.by_channel[channel as usize]
    }
}

/// What a block knows of an instrument in force there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct InUse {
    /// 1 where in force.
    pub active: Lanes,
    /// E20.
    pub effect: Lanes,
    /// Fit of the design.
    pub fit: Lanes,
    /// The same where the true effect is positive, else 0.
    pub positive_fit: Lanes,
    /// Value, then weight of E12.
    pub weight: Lanes,
}

/// What a block knows of its instruments; filled anew for each block, for instruments in force there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Instruments {
    /// By row.
    pub in_use: Vec<InUse>,
    /// `n_im`, by row; whole eights of columns.
    pub peers: Vec<Lanes>,
}

impl Instruments {
    pub fn new(count: usize) -> Self {
        Instruments {
            in_use: vec![InUse::default(); count],
            peers: vec![ZERO; count.next_multiple_of(LANES)],
        }
    }
}

/// Sums over cities: lane by lane within a chunk, where `T` is [`Lanes`], and one number for the nation.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sums<T> {
    /// Of `q` over cities and sectors.
    pub comparability: T,
    /// Of location weights.
    pub location: T,
    /// Of budgets.
    pub budget: T,
    /// Of grants.
    pub grants: T,
    /// Of money in instruments.
    pub instruments: T,
    /// Of failed experiments.
    pub failed: T,
    /// Of poaching.
    pub poaching: T,
    /// Of forgone return.
    pub forgone: T,
    /// Of liberalisation.
    pub liberalisation: T,
    /// Of instruments in force.
    pub in_force: T,
    /// Of output.
    pub output: T,
    /// Of researchers.
    pub researchers: T,
    /// Of effective talent.
    pub effective_talent: T,
    /// By sector.
    pub sectors: Vec<SectorSums<T>>,
    /// By instrument, in quarters of evaluation.
    pub evidence: Vec<Evidence<T>>,
}

/// Sums over cities in a sector.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SectorSums<T> {
    /// Of capability.
    pub capability: T,
    /// Of `K^ρ`.
    pub terms: T,
    /// Of spending, CNY mn.
    pub spending: T,
    /// Of introduction.
    pub introduction: T,
    /// Of subscale spending.
    pub subscale: T,
}

/// Sums over the adopters of an instrument.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Evidence<T> {
    /// Adopters.
    pub adopters: T,
    /// Of effects.
    pub effect: T,
    /// Of effects above 0.
    pub weight: T,
    /// Of effects above 0 times design.
    pub weighted_design: T,
    /// Of designs.
    pub design: T,
    /// Of site advantages.
    pub advantage: T,
}

impl<T: Clone + Default> Sums<T> {
    /// Starts anew, keeping the memory.
    pub fn clear(&mut self, sectors: usize, instruments: usize) {
        let mut by_sector = std::mem::take(&mut self.sectors);
        let mut evidence = std::mem::take(&mut self.evidence);
        by_sector.clear();
        by_sector.resize(sectors, SectorSums::default());
        evidence.clear();
        evidence.resize(instruments, Evidence::default());
        *self = Sums {
            sectors: by_sector,
            evidence,
            ..Sums::default()
        };
    }
}

/// A national measure decided but not yet in force.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Decided {
    /// Quarter in which it comes into force.
    pub due: u32,
    /// Row of the instrument.
    pub instrument: usize,
    /// Template design.
    pub template: f64,
    /// City where it began; none for the centre's own.
    pub origin: Option<u32>,
}

/// The nation: centre, market, outside world and national measures. Columns by sector have whole eights; what stands beyond
/// the last sector is finite and of no meaning.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nation {
    /// `F`, by sector.
    pub frontier: Vec<f64>,
    /// `B`, by sector.
    pub base_demand: Vec<f64>,
    /// `D`, by sector.
    pub demand: Vec<f64>,
    /// Quarters for which an incident still cuts demand, by sector.
    pub incident_left: Vec<u32>,
    /// Whether an incident happened in the quarter, by sector.
    pub incident: Vec<bool>,
    /// Probability of an incident, by sector.
    pub incident_probability: Vec<f64>,
    /// Draws of incidents for the eight quarters under way, of eight sectors each.
    pub incident_luck: Vec<crate::kernel::random::wide::Words>,
    /// `ΣK`, by sector.
    pub gross: Vec<f64>,
    /// `ΣK^ρ`, by sector.
    pub terms: Vec<f64>,
    /// `C` at the start of the quarter, by sector.
    pub capability: Vec<f64>,
    /// Share of effective spending that duplicates, by sector.
    pub duplicated_share: Vec<f64>,
    /// `gap` at the start of the quarter, by sector.
    pub gap: Vec<f64>,
    /// `u`, by sector.
    pub utilisation: Vec<f64>,
    /// `κ`, by sector.
    pub compute_access: Vec<f64>,
    /// `A`, by sector.
    pub attention: Vec<f64>,
    /// `π`, by sector.
    pub priority: Vec<f64>,
    /// `u^ζ κ (1 - R risk)`, by sector.
    pub climate: Vec<f64>,
    /// `κ (1 - R risk)`, by sector.
    pub access: Vec<f64>,
    /// `R`.
    pub stringency: f64,
    /// `q̄`.
    pub mean_comparability: f64,
    /// `q̄` of this quarter, which serves the next.
    pub next_mean_comparability: f64,
    /// Who pioneered in the quarter what nobody had before: code, row, instrument.
    pub pioneers_now: Vec<(u64, u32, usize)>,
    /// `g_t`.
    pub growth_factor: f64,
    /// `g^H_t`.
    pub pipeline_factor: f64,
    /// `H_US`.
    pub us_researchers: f64,
    /// `Σ_j H_j`, FTE.
    pub researchers: f64,
    /// Sum of grant weights.
    pub grant_weights: f64,
    /// `χ_F` with which these were made.
    pub grant_concentration: f64,
    /// `θ`, by instrument.
    pub true_effect: Vec<f64>,
    /// National measures in force, one bit each.
    pub national: u64,
    /// National measures in force or decided, one bit each.
    pub decided: u64,
    /// Template designs, by instrument.
    pub template: Vec<f64>,
    /// National measures that began in a city.
    pub local_origin: u32,
    /// Measures waiting for their date.
    pub waiting: Vec<Decided>,
    /// City that pioneered an instrument first, by instrument.
    pub first_pioneer: Vec<Option<u32>>,
    /// Leaders of regions.
    pub leaders: Leaders,
    /// National champions: sector and city.
    pub champions: Vec<(u32, u32)>,
    /// Spending on sectors and instruments since the start, CNY mn.
    pub spent: f64,
    /// Moves of the quarter, by kind.
    pub moves: [u32; Move::KINDS],
    /// Sums over all chunks, of the quarter.
    pub sums: Sums<f64>,
}

impl Nation {
    /// Goes back to the start of `setup`.
    pub fn reset(&mut self, setup: &Setup) {
        let sectors = setup.world().sectors.len();
        let instruments = setup.world().instruments.len();
        let width = sectors.next_multiple_of(LANES);
        for (column, start, beyond) in [
            (&mut self.frontier, &setup.frontier, 1.0),
            (&mut self.base_demand, &setup.demand, 0.0),
            (&mut self.gross, &setup.gross_capability, 0.0),
            (&mut self.terms, &setup.aggregation_sum, 0.0),
        ] {
            column.clone_from(start);
            column.resize(width, beyond);
        }
        for column in [
            &mut self.demand,
            &mut self.capability,
            &mut self.duplicated_share,
            &mut self.gap,
            &mut self.utilisation,
            &mut self.compute_access,
            &mut self.attention,
            &mut self.priority,
            &mut self.climate,
            &mut self.incident_probability,
            &mut self.access,
        ] {
            column.clear();
            column.resize(width, 0.0);
        }
        self.incident_left.clear();
        self.incident_left.resize(width, 0);
        self.incident.clear();
        self.incident.resize(width, false);
        self.stringency = setup.stringency;
        self.mean_comparability = setup.mean_comparability;
        self.next_mean_comparability = setup.mean_comparability;
        self.growth_factor = 1.0;
        self.pipeline_factor = 1.0;
        self.us_researchers = setup.world().params.outside.us_researchers;
        // No weight has been made with this number, so that the first quarter makes them.
        self.grant_concentration = f64::NAN;
        self.grant_weights = 0.0;
        self.true_effect.clear();
        self.true_effect.resize(instruments, 0.0);
        self.template.clear();
        self.template.resize(instruments, 0.0);
        self.national = 0;
        self.decided = 0;
        self.local_origin = 0;
        self.waiting.clear();
        self.first_pioneer.clear();
        self.first_pioneer.resize(instruments, None);
        self.leaders.forget();
        self.champions.clear();
        self.spent = 0.0;
        self.moves = Default::default();
        self.sums.clear(sectors, instruments);
    }
}
