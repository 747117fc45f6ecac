//! What a city saw and chose in a quarter.

use crate::explore::answers::{ChoiceView, OptionView, PeerView, TemplateView, TermView};
use crate::explore::laboratory::{Laboratory, Refusal, check_work, unknown};
use crate::explore::reasons;
use crate::explore::requests::ChoiceRequest;
use crate::explore::trace::{policy, sector_row};
use crate::kernel::random::Draws;
use crate::model::choice::{Choice, SectorTerms, Seen, Spendable};
use crate::model::data::World;
use crate::model::run::Run;

impl Laboratory {
    /// Runs a replicate up to a quarter and tells what a city saw and chose in it.
    ///
    /// # Errors
    /// What is wrong with the request; a run that cannot go on.
    pub fn choice(&self, request: &ChoiceRequest) -> Result<ChoiceView, Refusal> {
        let setup = self.setup(&request.side)?;
        check_work(&[setup.world()], 1)?;
        let world = setup.world();
        let ids = world.cities.iter().map(|city| city.id.as_str());
        let city = ids.clone().position(|id| id == request.city);
        let city = city.ok_or_else(|| Refusal::Unknown(unknown("city", &request.city, ids)))?;
        if request.quarter >= world.quarters {
            return Err(Refusal::Request(format!(
                "quarter {}; allowed: 0 to {}",
                request.quarter,
                world.quarters - 1
            )));
        }
        let asked = request.sector.as_deref();
        let asked = asked.map(|id| sector_row(world, id)).transpose()?;
        let draws = Draws {
            seed: request.seed,
            replicate: request.replicate,
        };
        let mut run = Run::new(&setup, draws);
        for _ in 0..request.quarter {
            run.step(None)?;
        }
        let choice = run.step_and_tell(city, None)?;
        let sector = asked.unwrap_or_else(|| moved_most(&choice));
        Ok(view(&run, &choice, sector))
    }
}

/// The sector whose share moved most, the first of several.
fn moved_most(choice: &Choice) -> usize {
    let moved = |seen: &Seen| (seen.after - seen.before).abs();
    let sectors = choice.options.iter().filter_map(|seen| match seen.option {
        Spendable::Sector(sector) => Some((sector, moved(seen))),
        _ => None,
    });
    let most = sectors.reduce(|most, next| if next.1 > most.1 { next } else { most });
    most.map_or(0, |(sector, _)| sector)
}

fn view(run: &Run<'_>, choice: &Choice, sector: usize) -> ChoiceView {
    let world = run.world();
    let city = choice.city as usize;
    let is_asked = |seen: &&Seen| seen.option == Spendable::Sector(sector);
    let asked = choice.options.iter().find(is_asked);
    let peer = |peer: &crate::model::choice::PeerSeen| {
        let own = &world.cities[peer.city as usize];
        PeerView {
            id: own.id.clone(),
            name: own.name.clone(),
            weight: peer.weight,
            share_before: peer.shares[sector],
            score: peer.score,
        }
    };
    let template = |instrument: usize| {
        let own = &world.instruments[instrument];
        run.template(instrument).map(|design| TemplateView {
            instrument: own.id.clone(),
            name: own.name.clone(),
            design,
            own_design: run
                .is_in_force(city, instrument)
                .then(|| run.design(city, instrument)),
        })
    };
    let moves = choice.moves.iter();
    ChoiceView {
        quarter: world.start.plus(choice.quarter as i32).to_string(),
        city: world.cities[city].id.clone(),
        sector: world.sectors[sector].id.clone(),
        budget_cny_mn: choice.budget_cny_mn,
        career: choice.career,
        is_planned: choice.is_planned,
        options: choice
            .options
            .iter()
            .map(|seen| option(world, seen))
            .collect(),
        terms: asked.map_or_else(Vec::new, |seen| terms(choice, seen)),
        peers: choice.peers.iter().map(peer).collect(),
        national: (0..world.instruments.len()).filter_map(template).collect(),
        moves: moves
            .map(|event| policy(world, choice.quarter, event))
            .collect(),
        reasons: reasons::tell(world, run.params(), choice, sector),
    }
}

fn option(world: &World, seen: &Seen) -> OptionView {
    let (kind, id, name) = match seen.option {
        Spendable::Rest => ("rest", "rest", "The rest of the local economy"),
        Spendable::Sector(sector) => {
            let own = &world.sectors[sector];
            ("sector", own.id.as_str(), own.name.as_str())
        }
        Spendable::Instrument(instrument) => {
            let own = &world.instruments[instrument];
            ("instrument", own.id.as_str(), own.name.as_str())
        }
    };
    OptionView {
        kind,
        id: id.to_string(),
        name: name.to_string(),
        value: seen.value(),
        own_return: seen.own_return,
        career_return: seen.career_return,
        reading: seen.reading,
        effective_peers: seen.effective_peers,
        target_share: seen.target,
        share_before: seen.before,
        share_after: seen.after,
    }
}

fn terms(choice: &Choice, seen: &Seen) -> Vec<TermView> {
    let Some(terms) = seen.sector else {
        return Vec::new();
    };
    let SectorTerms {
        advantage,
        need,
        utilisation,
        compute_access,
        restriction,
        priority,
        is_closed: _,
    } = terms;
    let term = |name, symbol, value, meaning| TermView {
        name,
        symbol,
        value,
        meaning,
    };
    vec![
        term(
            "Advantage",
            "a",
            advantage,
            "what the city is good at; the mean city has about 1",
        ),
        term(
            "Need",
            "need",
            need,
            "raises own returns where the city is poor",
        ),
        term(
            "Utilisation",
            "u",
            utilisation,
            "share of the nation's capacity in the sector that is used",
        ),
        term(
            "Compute access",
            "κ",
            compute_access,
            "share of the compute the sector needs that can be had",
        ),
        term(
            "Restriction",
            "R risk",
            restriction,
            "share of the return that law takes away",
        ),
        term(
            "Priority",
            "π",
            priority,
            "how much the centre wants the sector",
        ),
        term(
            "Career weight",
            "Π ω",
            choice.career,
            "how much promotion counts for the official",
        ),
        term(
            "Reading",
            "c",
            seen.reading,
            "how well the centre can compare the city in the sector; 1 on average",
        ),
        term(
            "Effective peers",
            "n",
            seen.effective_peers,
            "peers that do the same, weighted by how much of it they do",
        ),
    ]
}
