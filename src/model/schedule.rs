//! The schedule of a quarter: the table of `docs/odd.md`, section 3. Behind the name of a phase stand its equations and
//! what it draws; a test compares them with the table.

use crate::model::check;
use crate::model::error::ModelError;
use crate::model::now::Now;
use crate::model::phases::{
    budgets, centre, champions, cities, codification, evaluation, moves, officials, outside, start,
};
use crate::model::record::EventLog;
use crate::model::rules::Rules;
use crate::model::scratch::Scratch;
use crate::model::state::State;

/// The start of a replicate: section 5, steps 6 to 8.
pub(crate) fn start(now: &Now, state: &mut State, scratch: &mut Scratch) {
    state.reset(now.setup, now.is_large);
    scratch.reset();
    start::draw(now, state);
    start::count_work(now.setup, state);
    start::publish(now.setup, state);
    let before = &mut scratch.champions.leaders;
    champions::find_leaders(now.setup.world(), state, before, None);
}

/// Phases 1 to 3, after what was settled before the quarter has taken effect.
pub(crate) fn until_moves(
    now: &mut Now,
    state: &mut State,
    scratch: &mut Scratch,
    mut event_log: Option<&mut EventLog>,
) {
    now.change_parameters();
    state.nation.mean_comparability = state.nation.next_mean_comparability;
    officials::enter(now, state);

    // 1 outside world | E1-E3, E6, E37, E38
    outside::advance(now, &mut state.nation);

    // 2 centre | E4, E5, E7 | Incident
    centre::bring_measures_into_force(now, state, event_log.as_deref_mut());
    centre::decide(now, &mut state.nation, &mut scratch.incidents);

    // 3 policy moves | E15-E19 | Moves, DesignError
    moves::decide(now, state, &mut scratch.decisions);
    moves::record(now, state, scratch, event_log);
}

/// Phases 4 to 8. Phase 9 is done by whoever looks at the run: outcomes are read, and change nothing.
///
/// # Errors
/// [`ModelError::NotFinite`] when the state holds a number that is not finite.
pub(crate) fn from_budgets<R: Rules>(
    rules: R,
    now: &mut Now,
    state: &mut State,
    scratch: &mut Scratch,
    mut event_log: Option<&mut EventLog>,
) -> Result<(), ModelError> {
    // 4 to 7 are one pass over the cities.
    budgets::weigh_grants_anew(now, state, rules);
    cities::visit(now, state, scratch, rules);
    check::check(now, state, &scratch.decisions)?;

    // 8 each fourth quarter | E30, E32-E34, E36 | Evaluation, Measurement, TopDown, Champion
    if now.is_evaluation() {
        evaluation::evaluate(now, state, &mut scratch.next, rules);
        codification::codify(now, &mut state.nation, &mut scratch.candidates);
        champions::name(now, state, &mut scratch.champions, event_log.as_deref_mut());
    }

    // 8 every quarter | E31 | Moves, Official
    officials::leave(now, state, &mut scratch.decisions, event_log);

    now.quarter += 1;
    Ok(())
}
