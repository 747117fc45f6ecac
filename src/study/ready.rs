//! Worlds ready to run, made once and kept while they are needed.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::kernel::ordered::WorkerPool;
use crate::study::arm::{Arm, Ready};
use crate::study::stage::{Cell, Order, Stage};

/// Cities whose worlds are kept ready, over all points and arms. A city takes about 2 kB.
const KEPT_CITIES: u64 = 1 << 16;
/// Worlds that are kept however large they are: a base and what it is compared with.
const PAIR: u64 = 2;

/// A world that is made when it is first needed, or why it cannot be.
pub(crate) type Slot = Arc<OnceLock<Result<Ready, String>>>;

/// Worlds of a stage: those asked for first go first.
pub(crate) struct ReadyWorlds<'a> {
    arms: &'a [Arm],
    stage: &'a Stage,
    kept: Mutex<Kept>,
    most: usize,
}

#[derive(Default)]
struct Kept {
    slots: BTreeMap<(u64, usize), Slot>,
    order: VecDeque<(u64, usize)>,
}

impl<'a> ReadyWorlds<'a> {
    pub fn new(arms: &'a [Arm], stage: &'a Stage, workers: WorkerPool) -> Self {
        let own = stage.arms.len().max(1) as u64;
        let cities = stage.arms.iter().filter_map(|place| arms.get(*place));
        let cities = cities.map(|arm| arm.world().cities.len() as u64);
        let cities = cities.max().unwrap_or(1).max(1);
        // Points of which runs are under way or wait to be handed over.
        let comes_again = stage.order == Order::ByReplicate && stage.len() > 1;
        let needed = if comes_again {
            stage.points.len()
        } else {
            let ahead = (workers.batches * workers.most) as u64;
            ahead / stage.len().saturating_mul(own).max(1) + PAIR
        };
        let room = (KEPT_CITIES / cities).max(own.min(PAIR));
        let needed = needed.saturating_mul(own);
        // Where not all fit that come again, keeping some is of no use: each is gone when its turn comes.
        let fits = needed <= room || !comes_again;
        let most = if fits {
            needed.min(room)
        } else {
            own.min(PAIR)
        };
        ReadyWorlds {
            arms,
            stage,
            kept: Mutex::default(),
            most: most as usize,
        }
    }

    /// The world of a run. It is made outside of the lock, once.
    pub fn get(&self, cell: Cell) -> Slot {
        let slot = self.slot((cell.point, cell.arm));
        slot.get_or_init(|| {
            let arm = self.arms.get(cell.arm);
            let arm = arm.ok_or_else(|| format!("there is no arm {}", cell.arm))?;
            arm.at(&self.stage.points.variant(cell.point))
        });
        slot
    }

    fn slot(&self, key: (u64, usize)) -> Slot {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = kept.slots.get(&key) {
            return Arc::clone(slot);
        }
        let slot = Slot::default();
        kept.slots.insert(key, Arc::clone(&slot));
        kept.order.push_back(key);
        if kept.order.len() > self.most.max(1)
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.slots.remove(&oldest);
        }
        slot
    }
}
