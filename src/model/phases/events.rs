//! What is remembered of the moves of phase 3, before phase 4 carries them out.

use crate::model::record::{Journal, Move, PolicyEvent};
use crate::model::run::Run;

impl Run<'_> {
    /// Counts moves, remembers who pioneered first, and writes the journal.
    pub(super) fn record_moves(&mut self, mut journal: Option<&mut Journal>) {
        let world = self.setup.world();
        self.nation.moves = [0; 4];
        for (kind, counter) in [
            (Move::Pioneer, 0),
            (Move::Imitate, 1),
            (Move::TakeUp, 2),
            (Move::Drop, 3),
        ] {
            for (decisions, constants) in self.decisions.iter().zip(&self.setup.chunks) {
                for own in decisions.moves.iter().filter(|own| own.kind == kind) {
                    let city = (constants.first + own.city as usize) as u32;
                    let instrument = own.instrument as usize;
                    self.nation.moves[counter] += 1;
                    if kind == Move::Pioneer {
                        self.nation.pioneers_now.push((
                            world.cities[city as usize].code,
                            city,
                            instrument,
                        ));
                    }
                    if let Some(journal) = journal.as_deref_mut() {
                        journal.policies.push(PolicyEvent {
                            kind,
                            city: Some(city),
                            instrument: own.instrument.into(),
                            design: if kind == Move::Drop {
                                self.design(city as usize, instrument)
                            } else {
                                own.design
                            },
                            from: (kind == Move::Imitate).then_some(own.from),
                        });
                    }
                }
            }
        }
        // Same quarter: the lower code was first.
        self.nation.pioneers_now.sort_unstable();
        for (_, city, instrument) in self.nation.pioneers_now.drain(..) {
            self.nation.first_pioneer[instrument].get_or_insert(city);
        }
    }
}
