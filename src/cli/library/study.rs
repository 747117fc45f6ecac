use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;

use super::results::InMemory;
use super::{Error, Results};
use crate::cli::study::{End, Question, Runs, run};
use crate::kernel::control::Control;
use crate::kernel::random::Draws;
use crate::measure::response::probe::Probe;
use crate::model::run::{OwnRules, Run};
use crate::study::execute::Study;
use crate::study::place;
use crate::study::stage::Stage;
use crate::study::store::RunStore;
use crate::table::compression::Compression;
use crate::table::place::{Memory, Place};

/// What to do where a folder holds something already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// Nothing may be there.
    New,
    /// Goes on with a study that was interrupted, to the same bytes; begins where there is none.
    Resume,
    /// Throws a result or an interrupted study away.
    Replace,
}

impl From<Begin> for place::Begin {
    fn from(begin: Begin) -> Self {
        match begin {
            Begin::New => place::Begin::New,
            Begin::Resume => place::Begin::Resume,
            Begin::Replace => place::Begin::Replace,
        }
    }
}

/// Rules of one's own, with their name.
pub(super) type Named = (String, OwnRules);

/// A question that is to be answered.
pub(super) struct Asked<'a> {
    pub question: Box<dyn Question>,
    pub rules: Option<&'a Named>,
    pub threads: usize,
}

impl Asked<'_> {
    fn study(&self) -> Study {
        let mut study = (*self.question.study()).clone();
        study.rules = self.rules.map(|(_, rules)| rules.clone());
        study
    }

    /// The answer in memory.
    pub fn in_memory(mut self) -> Result<Results, Error> {
        let started = SystemTime::now();
        let (study, control, identity) = (self.study(), Control::default(), self.identity()?);
        let (mut store, memory) = (RunStore::memory(), Memory::default());
        let question = &mut *self.question;
        let stages = run(question, &study, &mut store, self.threads, &control)?;
        let answer = question.answer(Runs {
            store: &mut store,
            stages: &stages,
            place: &Place::Memory(memory.clone()),
            threads: self.threads,
        })?;
        let end = End {
            target: Path::new(""),
            identity: &identity,
            threads: self.threads,
            started,
        };
        let (name, title) = question.title();
        let mut kept = InMemory {
            name,
            title,
            tables: Vec::new(),
            compression: Compression::None,
            manifest: end.manifest(question, answer.manifest),
        };
        kept.take(&memory, &answer.tables.files, answer.tables.infos);
        Ok(Results::in_memory(kept, answer.tables.failed))
    }

    /// All that decides about its numbers.
    fn identity(&self) -> Result<Value, Error> {
        let mut identity = self.question.identity().map_err(Error::Input)?;
        if let Some((name, _)) = &self.rules {
            identity["rules"] = name.as_str().into();
        }
        Ok(identity)
    }

    /// The answer in a folder.
    pub fn in_folder(mut self, folder: &Path, begin: Begin) -> Result<Results, Error> {
        let (study, control, threads) = (self.study(), Control::default(), self.threads);
        let end = End {
            target: folder,
            identity: &self.identity()?,
            threads,
            started: SystemTime::now(),
        };
        end.carry_out(&mut *self.question, begin.into(), |question, store| {
            let done: Result<Vec<Stage>, Error> =
                run(question, &study, store, threads, &control).map_err(Error::from);
            done
        })?;
        Results::open(folder)
    }

    /// Lets own responses read the first quarter of the first run, so that what is wrong with them is said at once.
    ///
    /// # Errors
    /// What they say.
    pub fn try_own_responses(&self) -> Result<(), Error> {
        let study = self.study();
        let (Some(arm), Some(stage)) = (
            study.arms.first(),
            self.question.stages().into_iter().next(),
        ) else {
            return Ok(());
        };
        let ready = arm.at(&stage.points.variant(0)).map_err(Error::Input)?;
        let draws = Draws {
            seed: study.seed,
            replicate: 0,
        };
        // Of each quarter, whatever the period.
        let mut probe = Probe::new(ready.bound, true);
        let mut run = Run::new(&ready.setup, draws);
        probe.begin(&run);
        run.set_detail(true);
        run.step_under(study.rules.as_ref(), probe.event_log())?;
        probe.observe(&mut run);
        probe
            .failure()
            .map_or(Ok(()), |message| Err(Error::Input(message)))
    }
}
