//! What all replicates of a world share: constants, dates and the balanced start (`docs/odd.md`, section 5).

use crate::kernel::lanes::{LANES, Lanes};
use crate::kernel::pages::Pages;
use crate::kernel::parallel::CHUNK_CITIES;
use crate::model::chunk_constants::{ChunkConstants, Constant, advantages, chunks, columns};
use crate::model::constants::{Constants, base_budget};
use crate::model::construction::Places;
use crate::model::data::{MAX_INSTRUMENTS, MAX_SECTORS, World};
use crate::model::error::ModelError;
use crate::model::params::table::Peers as PeerParams;
use crate::model::peers::Peers;
use crate::model::sectors::SectorEight;
use crate::model::timeline::Timeline;

/// What worlds that differ in parameters alone have in common: who looks at whom, and everything dated. Design points of a
/// sweep share one, as to find peers is half of making a world ready.
#[derive(Clone, Debug)]
pub struct Layout {
    /// With which peers were found.
    params: PeerParams,
    peers: Peers,
    timeline: Timeline,
}

impl Layout {
    /// The layout of a world.
    pub fn new(world: &World) -> Self {
        Layout {
            params: world.params.peers.clone(),
            peers: peers(world),
            timeline: Timeline::new(world),
        }
    }

    /// Peers in a world with other parameters.
    fn peers(&self, world: &World) -> Peers {
        if self.params == world.params.peers {
            self.peers.clone()
        } else {
            peers(world)
        }
    }
}

/// D8 for a world.
fn peers(world: &World) -> Peers {
    let revenues = world.cities.iter().map(|city| city.revenue_cny_bn);
    let base: Vec<f64> = revenues.map(base_budget).collect();
    Peers::new(&world.cities, &base, &world.params.peers)
}

/// A world made ready to run: no random draws in it, shared by all replicates.
#[derive(Clone, Debug)]
pub struct Setup {
    pub(crate) world: World,
    pub(crate) peers: Peers,
    pub(crate) timeline: Timeline,
    pub(crate) chunks: Vec<ChunkConstants>,
    /// Constants that each quarter reads, block by block.
    pub(crate) columns: Pages<Constant>,
    /// D4, block by block and sector by sector.
    pub(crate) advantage: Pages<Lanes>,
    /// Sectors, eight side by side.
    pub(crate) sectors: Vec<SectorEight>,
    /// Weight of a sector in national value, sums to 1.
    pub(crate) value: Vec<f64>,
    /// Minimum efficient scale, CNY mn per quarter.
    pub(crate) minimum_scale: Vec<f64>,
    /// `K^h`, capability units.
    pub(crate) half_base: Vec<f64>,
    /// Frontier at the start.
    pub(crate) frontier: Vec<f64>,
    /// Base demand at the start.
    pub(crate) demand: Vec<f64>,
    /// Sum of capability at the start.
    pub(crate) gross_capability: Vec<f64>,
    /// Sum of aggregation terms at the start.
    pub(crate) aggregation_sum: Vec<f64>,
    /// Price of output, CNY mn per capability unit and quarter.
    pub(crate) output_price: f64,
    /// Competitiveness at the start.
    pub(crate) competitiveness: f64,
    /// Stringency at the start.
    pub(crate) stringency: f64,
    /// Mean comparability at the start.
    pub(crate) mean_comparability: f64,
    /// Sum of base budgets.
    pub(crate) all_base: f64,
    /// Where work under way stands (E45).
    pub(crate) places: Places,
    /// Rows of instruments in order of code, for the addresses of local optima.
    pub(crate) instrument_order: Vec<usize>,
}

impl Setup {
    /// Makes a world ready.
    ///
    /// # Errors
    /// [`ModelError::World`] for a world without cities, sectors or quarters, or with more than the model holds;
    /// [`ModelError::NotFinite`] where the start has no finite balance.
    pub fn new(world: World) -> Result<Self, ModelError> {
        check(&world)?;
        let (peers, timeline) = (peers(&world), Timeline::new(&world));
        Setup::build(world, peers, timeline)
    }

    /// Makes a world ready that differs from that of `layout` in parameters and their dated changes alone; the same as
    /// [`Setup::new`] otherwise.
    ///
    /// # Errors
    /// As [`Setup::new`].
    pub fn on(layout: &Layout, world: World) -> Result<Self, ModelError> {
        check(&world)?;
        let (peers, timeline) = (layout.peers(&world), layout.timeline.clone());
        Setup::build(world, peers, timeline)
    }

    fn build(world: World, peers: Peers, timeline: Timeline) -> Result<Self, ModelError> {
        let constants = Constants::new(&world);
        let weights: f64 = world.sectors.iter().map(|sector| sector.strategic).sum();
        let equal = 1.0 / world.sectors.len() as f64;
        let value = world
            .sectors
            .iter()
            .map(|sector| {
                if weights > 0.0 {
                    sector.strategic / weights
                } else {
                    equal
                }
            })
            .collect();
        let scale = world.params.production.minimum_scale_cny_mn;
        let minimum_scale = world
            .sectors
            .iter()
            .map(|sector| scale * (0.3 + sector.scale))
            .collect();
        let mut instrument_order: Vec<usize> = (0..world.instruments.len()).collect();
        instrument_order.sort_by_key(|row| world.instruments[*row].code);
        let mut setup = Setup {
            chunks: chunks(&world, &constants),
            columns: columns(&world, &constants),
            advantage: advantages(&world, &constants),
            all_base: constants.base.iter().sum(),
            places: Places::new(&world),
            sectors: SectorEight::all(&world.sectors),
            world,
            peers,
            timeline,
            value,
            minimum_scale,
            instrument_order,
            half_base: Vec::new(),
            frontier: Vec::new(),
            demand: Vec::new(),
            gross_capability: Vec::new(),
            aggregation_sum: Vec::new(),
            output_price: 0.0,
            competitiveness: 0.0,
            stringency: 0.0,
            mean_comparability: 1.0,
        };
        setup.balance();
        setup.check_start()?;
        Ok(setup)
    }

    /// The world it was made from.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Value weight of a sector, sums to 1 over sectors.
    #[cfg(feature = "internals")]
    pub fn value(&self, sector: usize) -> f64 {
        self.value[sector]
    }

    /// Peers of a city with weights `g_ij` (D8).
    #[cfg(feature = "internals")]
    pub fn peers_of(&self, city: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.peers.of(city)
    }

    /// A start that is not finite or holds no capability cannot be run.
    fn check_start(&self) -> Result<(), ModelError> {
        let not_finite = |equation, what, value| ModelError::NotFinite {
            quarter: 0,
            date: self.world.start.to_string(),
            city: None,
            equation,
            what,
            value,
        };
        for (s, sum) in self.aggregation_sum.iter().enumerate() {
            if !sum.is_finite() {
                return Err(not_finite("E2", "the sum over cities at the start", *sum));
            }
            if !(self.frontier[s].is_finite() && self.frontier[s] > 0.0) {
                let id = &self.world.sectors[s].id;
                return Err(ModelError::World(format!(
                    "sector `{id}` has no capability at the start: no city spends on it or has researchers; raise budgets, researchers or advantages"
                )));
            }
        }
        if !self.output_price.is_finite() {
            return Err(not_finite(
                "section 5, step 5",
                "the price of output",
                self.output_price,
            ));
        }
        Ok(())
    }
}

/// Mean gap weighted by supply of compute (E6).
pub(crate) fn compute_gap(sectors: &[crate::model::data::Sector], gap: &[f64]) -> f64 {
    let supply: f64 = sectors.iter().map(|sector| sector.supplies_compute).sum();
    let missing: f64 = sectors
        .iter()
        .zip(gap)
        .map(|(sector, gap)| sector.supplies_compute * gap)
        .sum();
    if supply > 0.0 { missing / supply } else { 0.0 }
}

/// Chunk, block in it and lane of a city.
pub(crate) fn place(city: usize) -> (usize, usize, usize) {
    (
        city / CHUNK_CITIES,
        city % CHUNK_CITIES / LANES,
        city % LANES,
    )
}

/// Bounds the model relies on. Scenario files are checked before; worlds made in code are checked here.
fn check(world: &World) -> Result<(), ModelError> {
    let refuse = |sentence: String| Err(ModelError::World(sentence));
    if world.cities.is_empty() || world.sectors.is_empty() || world.quarters == 0 {
        return refuse("a world needs at least one city, one sector and one quarter".to_string());
    }
    if world.sectors.len() > MAX_SECTORS {
        return refuse(format!(
            "{} sectors; allowed: at most {MAX_SECTORS}",
            world.sectors.len()
        ));
    }
    if world.instruments.len() > MAX_INSTRUMENTS {
        return refuse(format!(
            "{} instruments; allowed: at most {MAX_INSTRUMENTS}",
            world.instruments.len()
        ));
    }
    let codification = &world.params.codification;
    if codification.lag_min_quarters > codification.lag_max_quarters {
        return refuse(format!(
            "`codification.lag_min_quarters` is {}; allowed: at most `codification.lag_max_quarters`, {}",
            codification.lag_min_quarters, codification.lag_max_quarters
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::data::Closure;

    /// What is said of the China scenario after a change.
    fn refusal(change: impl FnOnce(&mut World)) -> Option<String> {
        let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let base = base.join("scenarios/china-2015-2024.toml");
        let mut world = crate::input::scenario::load(&base, &[])
            .expect("valid")
            .world;
        world.quarters = 1;
        change(&mut world);
        Setup::new(world).err().map(|error| error.to_string())
    }

    #[test]
    fn a_world_that_cannot_be_run_is_refused() {
        assert_eq!(refusal(|_| ()), None);
        let empty: [fn(&mut World); 3] = [
            |world| world.cities.clear(),
            |world| world.sectors.clear(),
            |world| world.quarters = 0,
        ];
        for change in empty {
            let told = refusal(change).expect("an error");
            assert!(told.contains("at least one city, one sector"), "{told}");
        }
        let sectors = |count: usize| {
            refusal(move |world| world.sectors = vec![world.sectors[0].clone(); count].into())
        };
        assert_eq!(sectors(MAX_SECTORS), None);
        let told = sectors(MAX_SECTORS + 1).expect("an error");
        assert!(told.contains("33 sectors; allowed: at most 32"), "{told}");
        let instruments = |count: usize| {
            refusal(move |world| {
                world.instruments = vec![world.instruments[0].clone(); count].into()
            })
        };
        assert_eq!(instruments(MAX_INSTRUMENTS), None);
        let told = instruments(MAX_INSTRUMENTS + 1).expect("an error");
        assert!(
            told.contains("65 instruments; allowed: at most 64"),
            "{told}"
        );
        let lags = |least, most| {
            refusal(move |world| {
                let rules = &mut world.params.codification;
                (rules.lag_min_quarters, rules.lag_max_quarters) = (least, most);
            })
        };
        assert_eq!((lags(2, 3), lags(3, 3)), (None, None));
        let told = lags(3, 2).expect("an error");
        assert!(told.contains("lag_min_quarters` is 3"), "{told}");
    }

    #[test]
    fn weights_of_sectors_are_as_strategic_as_these_and_sum_to_one() {
        let base = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let base = base.join("scenarios/china-2015-2024.toml");
        let mut world = crate::input::scenario::load(&base, &[])
            .expect("valid")
            .world;
        world.sectors.truncate(2);
        world.sectors[0].strategic = 0.2;
        world.sectors[1].strategic = 0.6;
        let setup = Setup::new(world).expect("a world that can start");
        approx::assert_abs_diff_eq!(setup.value(0), 0.25, epsilon = 1e-15);
        approx::assert_abs_diff_eq!(setup.value(1), 0.75, epsilon = 1e-15);
    }

    #[test]
    fn a_sector_closed_to_all_cities_has_no_capability_to_start_from() {
        let told = refusal(|world| {
            let cities = 0..world.cities.len() as u32;
            world.closures = cities
                .map(|city| Closure {
                    city,
                    sector: 2,
                    from: None,
                })
                .collect();
        });
        let told = told.expect("an error");
        assert!(told.contains("has no capability at the start"), "{told}");
    }
}
