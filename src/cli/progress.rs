//! How far a run is, on standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::Scope;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::tables;
use crate::kernel::control::Control;

/// A run that ends sooner shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(100);
/// Between two lines where there is no terminal.
const LINE: Duration = Duration::from_secs(60);

/// A display that lasts until it is dropped.
#[derive(Debug)]
pub struct Display {
    _stop: Sender<()>,
}

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// So many quarters.
    Quarters(u64),
    /// So many runs.
    Runs(u64),
}

impl Goal {
    fn all(self) -> u64 {
        match self {
            Goal::Quarters(all) | Goal::Runs(all) => all,
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Goal::Quarters(_) => "quarters",
            Goal::Runs(_) => "runs",
        }
    }

    fn done(self, control: &Control) -> u64 {
        match self {
            Goal::Quarters(_) => control.quarters_done(),
            Goal::Runs(_) => control.runs_done(),
        }
    }

    /// Pace, time left and failures, in words.
    fn words(self, control: &Control, elapsed: Duration) -> String {
        let done = self.done(control);
        let mut words = time_left(elapsed, done, self.all());
        if let Goal::Runs(_) = self {
            let pace = done as f64 / elapsed.as_secs_f64().max(1e-9);
            let pace = tables::grouped_decimals(pace, usize::from(pace < 10.0));
            words = format!("{pace} runs/s, {words}");
            let failed = control.runs_failed();
            if failed > 0 {
                words.push_str(&format!(", {failed} failed"));
            }
        }
        words
    }
}

/// Begins to show how far work is.
pub fn show<'scope>(
    scope: &'scope Scope<'scope, '_>,
    control: &'scope Control,
    goal: Goal,
) -> Display {
    let (stop, stopped) = mpsc::channel();
    scope.spawn(move || {
        if io::stderr().is_terminal() {
            show_bar(control, goal, &stopped);
        } else {
            show_lines(control, goal, &stopped);
        }
    });
    Display { _stop: stop }
}

/// Waits; true where the display is over.
fn is_over(stopped: &Receiver<()>, wait: Duration) -> bool {
    stopped.recv_timeout(wait) != Err(RecvTimeoutError::Timeout)
}

fn show_bar(control: &Control, goal: Goal, stopped: &Receiver<()>) {
    let began = Instant::now();
    if is_over(stopped, PATIENCE) {
        return;
    }
    let bar = ProgressBar::new(goal.all()).with_elapsed(began.elapsed());
    let style = format!(
        "{{bar:32}} {{percent:>3}} %  {{human_pos}} of {{human_len}} {}  {{msg}}",
        goal.unit()
    );
    if let Ok(style) = ProgressStyle::with_template(&style) {
        bar.set_style(style);
    }
    loop {
        bar.set_position(goal.done(control));
        bar.set_message(if control.is_cancelled() {
            "stopping".to_string()
        } else {
            goal.words(control, began.elapsed())
        });
        if is_over(stopped, LOOK) {
            break;
        }
    }
    bar.finish_and_clear();
}

fn show_lines(control: &Control, goal: Goal, stopped: &Receiver<()>) {
    let began = Instant::now();
    while !is_over(stopped, LINE) {
        let words = goal.words(control, began.elapsed());
        let (done, all, unit) = (goal.done(control), goal.all(), goal.unit());
        let _ = writeln!(io::stderr(), "{done} of {all} {unit}, {words}");
    }
}

/// The time left if the rest goes as what is done, in words.
fn time_left(elapsed: Duration, done: u64, all: u64) -> String {
    if done == 0 {
        return "starting".to_string();
    }
    let rest = all.saturating_sub(done) as f64 / done as f64;
    format!("{} left", tables::duration(elapsed.as_secs_f64() * rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_left_follows_the_pace_so_far() {
        let time = |seconds, done| time_left(Duration::from_secs(seconds), done, 100);
        assert_eq!(time(5, 0), "starting");
        assert_eq!(time(10, 50), "10 s left");
        assert_eq!(time(10, 10), "1 min 30 s left");
        assert_eq!(time(3600, 10), "9 h 00 min left");
    }
}
