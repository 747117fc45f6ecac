//! Why a city moved, in sentences made of the numbers that moved it.

use crate::model::choice::{Choice, PeerSeen, Seen, Spendable};
use crate::model::data::World;
use crate::model::params::table::Params;
use crate::model::record::{Move, PolicyEvent};

/// A share that moved by less of itself is said to have stayed.
const STILL: f64 = 5e-4;
/// Peers that are named.
const NAMED: usize = 3;

/// What happened to a sector in the budget of a city, and why.
pub(crate) fn tell(world: &World, params: &Params, choice: &Choice, sector: usize) -> Vec<String> {
    let is_asked = |seen: &&Seen| seen.option == Spendable::Sector(sector);
    let mut reasons = Vec::new();
    if let Some(seen) = choice.options.iter().find(is_asked) {
        let name = &world.sectors[sector].name;
        reasons.push(moved(world, choice, name, seen));
        if seen.sector.is_some_and(|terms| terms.is_closed) {
            reasons
                .push("The sector is closed to the city: nothing new is spent on it.".to_string());
        } else {
            reasons.push(aim(params, choice, seen));
            reasons.push(worth(choice, seen));
            reasons.extend(comparison(params, choice, seen));
        }
    }
    reasons.extend(peers(world, choice, sector));
    reasons.extend(choice.moves.iter().map(|event| policy(world, event)));
    reasons
}

fn moved(world: &World, choice: &Choice, sector: &str, seen: &Seen) -> String {
    let city = &world.cities[choice.city as usize].name;
    let quarter = world.start.plus(choice.quarter as i32);
    let change = seen.after - seen.before;
    let of_sectors = |share: fn(&Seen) -> f64| {
        let options = choice.options.iter();
        let sectors = options.filter(|other| matches!(other.option, Spendable::Sector(_)));
        let all: f64 = sectors.map(share).sum();
        percent(if all > 0.0 { share(seen) / all } else { 0.0 })
    };
    let now = of_sectors(|seen| seen.after);
    if change.abs() < STILL * seen.before {
        let share = percent(seen.after);
        return format!(
            "{city} kept {sector} at {share} of its budget, {now} of what it spends on sectors, in {quarter}."
        );
    }
    format!(
        "{city} {} {sector} from {} to {} of its budget, and from {} to {now} of what it spends on sectors, in {quarter}.",
        if change > 0.0 { "raised" } else { "cut" },
        percent(seen.before),
        percent(seen.after),
        of_sectors(|seen| seen.before),
    )
}

fn aim(params: &Params, choice: &Choice, seen: &Seen) -> String {
    let aim = format!(
        "It aims at {} and goes {} of the way in a quarter.",
        percent(seen.target),
        percent(params.budgets.adjustment_rate)
    );
    if choice.is_planned {
        format!(
            "{aim} A planner composes the sector budgets, by what they add to the nation; values decide only on their total."
        )
    } else {
        aim
    }
}

/// Its value, its place among sectors, and what the larger part of it is.
fn worth(choice: &Choice, seen: &Seen) -> String {
    let sectors = || {
        let options = choice.options.iter();
        options.filter(|other| matches!(other.option, Spendable::Sector(_)))
    };
    let rank = 1 + sectors()
        .filter(|other| other.value() > seen.value())
        .count();
    format!(
        "To its official it is worth {:.2}, rank {rank} of {} sectors: {:.2} as the city's own return and {:.2} as a step in the career.",
        seen.value(),
        sectors().count(),
        seen.own_return,
        seen.career_return
    )
}

/// What being comparable does to the career return.
fn comparison(params: &Params, choice: &Choice, seen: &Seen) -> Option<String> {
    let terms = seen.sector?;
    if choice.career == 0.0 {
        return Some(
            "Nobody is promoted for it: there is no tournament, or the official does not care."
                .to_string(),
        );
    }
    let by = (seen.reading - 1.0) * 100.0;
    let compared = if by.abs() < 0.05 {
        "as well as the average city's, which changes nothing".to_string()
    } else if by > 0.0 {
        format!("better than the average city's, which raises the career return by {by:.1} %")
    } else {
        format!(
            "worse than the average city's, which lowers the career return by {:.1} %",
            -by
        )
    };
    let wanted = format!(
        "The centre wants the sector with a weight of {:.2} (0: not at all).",
        terms.priority
    );
    Some(if params.mechanisms.comparability {
        format!(
            "The centre grades a city against peers that do the same; counted by how much of it they do, there are {:.2}. \
             It can judge the city's work here {compared}. {wanted}",
            seen.effective_peers
        )
    } else {
        format!("{wanted} That it judges some work better than other work is switched off.")
    })
}

/// Peers with most of their sector spending there.
fn peers(world: &World, choice: &Choice, sector: usize) -> Option<String> {
    let mut peers: Vec<&PeerSeen> = choice.peers.iter().collect();
    peers.sort_by(|a, b| b.shares[sector].total_cmp(&a.shares[sector]));
    let named = peers.iter().take(NAMED).map(|peer| {
        let name = &world.cities[peer.city as usize].name;
        format!("{name} {}", percent(peer.shares[sector]))
    });
    let named: Vec<String> = named.collect();
    (!named.is_empty()).then(|| {
        format!(
            "Of their spending on sectors its peers had published most here: {}.",
            named.join(", ")
        )
    })
}

fn policy(world: &World, event: &PolicyEvent) -> String {
    let instrument = &world.instruments[event.instrument as usize].name;
    let from = event
        .from
        .map(|city| world.cities[city as usize].name.as_str());
    match (event.kind, from) {
        (Move::Pioneer, _) => format!("It pioneered an instrument: {instrument}."),
        (Move::Imitate, Some(from)) => {
            format!(
                "It copied an instrument from {from}, the peer with the highest score: {instrument}."
            )
        }
        (Move::TakeUp, _) => format!("It took up a national measure: {instrument}."),
        (Move::Drop, _) => format!("It gave up an instrument that did little: {instrument}."),
        _ => format!("It changed an instrument: {instrument}."),
    }
}

/// A share as percent with about three digits that count.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    let decimals = match percent.abs() {
        size if size >= 10.0 || size == 0.0 => 1,
        size if size >= 1.0 => 2,
        size if size >= 0.1 => 3,
        _ => 4,
    };
    format!("{percent:.decimals$} %")
}
