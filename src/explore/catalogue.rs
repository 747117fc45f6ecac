//! What there is: the model, and a scenario.

use serde_json::json;

use crate::explore::answers::{
    ChangeView, CityView, EventView, Model, Named, ParameterView, Preset, ScenarioSummary,
    ScenarioView, Titled,
};
use crate::explore::laboratory::{Explored, LIMITS, Laboratory, Refusal};
use crate::explore::series;
use crate::input::scenario::resolved::parameter_json;
use crate::model::data::World;
use crate::model::params::{
    Kind, Parameter, Timing,
    table::{GROUPS, PARAMETERS},
};

/// Parameters that are changed most often.
const MOST_USED: &[&str] = &[
    "tournament.intensity",
    "tournament.comparability",
    "budgets.retention",
    "policy.pioneer_rate_per_quarter",
    "policy.imitation_rate_per_quarter",
];

/// Changes of one click.
fn presets() -> Vec<Preset> {
    let preset = |title, key, value| Preset { title, key, value };
    vec![
        preset(
            "Turn off competition",
            "mechanisms.tournament",
            json!(false),
        ),
        preset("Double competition", "tournament.intensity", json!(2.0)),
        preset("Nobody copies", "mechanisms.imitation", json!(false)),
        preset(
            "No national measures",
            "mechanisms.codification",
            json!(false),
        ),
        preset(
            "No export controls",
            "mechanisms.export_controls",
            json!(false),
        ),
        preset("One planner", "regime.allocation", json!("coordinated")),
    ]
}

impl Laboratory {
    /// Parameters, scenarios, and what is measured.
    pub fn model(&self) -> Model {
        let title = |(name, meaning): &(&str, &str)| Titled {
            name: (*name).to_string(),
            title: meaning.trim().trim_end_matches('.').to_string(),
        };
        Model {
            version: env!("CARGO_PKG_VERSION"),
            start: self.start().scenario.name.clone(),
            limits: LIMITS,
            scenarios: self.list.iter().map(summary).collect(),
            presets: presets(),
            most_used: MOST_USED,
            groups: GROUPS.iter().map(title).collect(),
            parameters: PARAMETERS.iter().map(parameter).collect(),
            responses: series::responses(),
            totals: series::totals(),
            parts: series::parts(),
            city_responses: series::city_responses(),
            sector_responses: series::sector_responses(),
        }
    }

    /// A scenario by name.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] where there is none.
    pub fn scenario(&self, name: &str) -> Result<ScenarioView, Refusal> {
        let explored = self.find(name)?;
        let (scenario, world) = (&explored.scenario, &explored.scenario.world);
        let city = |city: &crate::model::data::City| CityView {
            id: city.id.clone(),
            name: city.name.clone(),
            region: world.regions[city.region as usize].clone(),
            longitude: city.longitude,
            latitude: city.latitude,
        };
        let values = PARAMETERS
            .iter()
            .map(|row| (row.key, parameter_json(&(row.get)(&world.params))));
        Ok(ScenarioView {
            name: scenario.name.clone(),
            title: scenario.title.clone(),
            description: scenario.description.clone(),
            file: explored.path.display().to_string(),
            seed: scenario.seed,
            replicates: scenario.replicates,
            quarters: quarters(world),
            cities: world.cities.iter().map(city).collect(),
            sectors: world
                .sectors
                .iter()
                .map(|sector| named(&sector.id, &sector.name))
                .collect(),
            instruments: world
                .instruments
                .iter()
                .map(|own| named(&own.id, &own.name))
                .collect(),
            values: values.collect(),
            changes: world.changes.iter().map(change).collect(),
            events: world.events.iter().map(event).collect(),
        })
    }
}

/// The quarters of a world.
pub(crate) fn quarters(world: &World) -> Vec<String> {
    (0..world.quarters as i32)
        .map(|quarter| world.start.plus(quarter).to_string())
        .collect()
}

fn summary(explored: &Explored) -> ScenarioSummary {
    let scenario = &explored.scenario;
    ScenarioSummary {
        name: scenario.name.clone(),
        title: scenario.title.clone(),
        description: scenario.description.clone(),
        file: explored.path.display().to_string(),
        cities: scenario.world.cities.len(),
        quarters: scenario.world.quarters,
    }
}

fn named(id: &str, name: &str) -> Named {
    Named {
        id: id.to_string(),
        name: name.to_string(),
    }
}

fn change(change: &crate::model::data::Change) -> ChangeView {
    ChangeView {
        key: change.parameter.key,
        from: change.from.to_string(),
        value: parameter_json(&change.value),
    }
}

fn event(event: &crate::model::data::Event) -> EventView {
    EventView {
        quarter: event.quarter.to_string(),
        title: event.title.clone(),
        kind: event.track.name(),
    }
}

fn parameter(row: &Parameter) -> ParameterView {
    let (kind, range, names): (_, _, &'static [&'static str]) = match row.kind {
        Kind::Real { min, max } => ("real", Some((min, max)), &[]),
        Kind::Count { min, max } => ("count", Some((f64::from(min), f64::from(max))), &[]),
        Kind::Switch => ("switch", None, &[]),
        Kind::Choice { names } => ("choice", None, names),
    };
    ParameterView {
        key: row.key,
        group: row.group(),
        symbol: row.symbol,
        unit: row.unit,
        meaning: row.meaning(),
        synonyms: row.synonyms().collect::<Vec<_>>().join(", "),
        source: row.source,
        kind,
        min: range.map(|range| range.0),
        max: range.map(|range| range.1),
        names,
        default: parameter_json(&row.default()),
        timing: match row.timing {
            Timing::Start => "start",
            Timing::Running => "running",
        },
        uncertain: row.uncertain,
    }
}
