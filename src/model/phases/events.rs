//! What is remembered of the moves of phase 3, before phase 4 carries them out.

use crate::model::record::{Journal, Move, PolicyEvent};
use crate::model::run::Run;

impl Run<'_> {
    /// Counts moves, remembers who pioneered first, and writes the journal.
    pub(super) fn record_moves(&mut self, journal: Option<&mut Journal>) {
        let world = self.setup.world();
        self.nation.moves = Default::default();
        for (decisions, constants) in self.decisions.iter().zip(&self.setup.chunks) {
            for own in &decisions.moves {
                self.nation.moves[own.kind as usize] += 1;
                if own.kind == Move::Pioneer {
                    let city = constants.first + own.city as usize;
                    let (code, instrument) = (world.cities[city].code, own.instrument as usize);
                    let pioneer = (code, city as u32, instrument);
                    self.nation.pioneers_now.push(pioneer);
                }
            }
        }
        if let Some(journal) = journal {
            for kind in [Move::Pioneer, Move::Imitate, Move::TakeUp, Move::Drop] {
                self.write_moves(kind, journal);
            }
        }
        // Same quarter: the lower code was first.
        self.nation.pioneers_now.sort_unstable();
        for (_, city, instrument) in self.nation.pioneers_now.drain(..) {
            self.nation.first_pioneer[instrument].get_or_insert(city);
        }
    }

    /// Writes the moves of one kind, in order of city.
    fn write_moves(&self, kind: Move, journal: &mut Journal) {
        for (decisions, constants) in self.decisions.iter().zip(&self.setup.chunks) {
            for own in decisions.moves.iter().filter(|own| own.kind == kind) {
                let city = constants.first + own.city as usize;
                journal.policies.push(PolicyEvent {
                    kind,
                    city: Some(city as u32),
                    instrument: own.instrument.into(),
                    design: if kind == Move::Drop {
                        self.design(city, own.instrument as usize)
                    } else {
                        own.design
                    },
                    from: (kind == Move::Imitate).then_some(own.from),
                });
            }
        }
    }
}
