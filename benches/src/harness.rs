//! Two ways of doing one thing, measured in turns.

use std::fmt::Write;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;

/// Does the work so many times, and says how long that took.
pub type Work = Box<dyn FnMut(u32) -> Duration>;

/// The time that this thread has worked: what others do on the machine meanwhile does not count, nor would
/// waiting, of which there is none.
pub struct Stopwatch(ThreadTime);

impl Stopwatch {
    /// From now on.
    #[must_use]
    pub fn start() -> Self {
        Self(ThreadTime::now())
    }

    /// Until now.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// One thing to do, in two ways.
pub struct Case {
    /// What is done.
    pub name: String,
    /// By Lapis.
    pub lapis: Work,
    /// By the driver.
    pub raw: Work,
    /// How many times the driver's time Lapis may take.
    pub aim: Option<f64>,
    /// How many parts the work has: rows, objects, lookups.
    pub parts: usize,
}

/// What a case took.
pub struct Measured {
    name: String,
    lapis: f64,
    raw: f64,
    ratio: [f64; 3],
    aim: Option<f64>,
    parts: usize,
}

/// How long one turn takes, roughly: long enough that the clock does not matter, and short enough that both
/// sides meet the same disturbances.
const TURN: Duration = Duration::from_millis(4);

/// Does both in turns (A B, B A, A B, ...) for as long as `budget`.
pub fn measure(mut case: Case, budget: Duration) -> Measured {
    let times = calibrate(&mut case);
    let start = Instant::now();
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    while pairs.len() < 11 || start.elapsed() < budget {
        let (lapis, raw) = if pairs.len().is_multiple_of(2) {
            let lapis = (case.lapis)(times);
            (lapis, (case.raw)(times))
        } else {
            let raw = (case.raw)(times);
            ((case.lapis)(times), raw)
        };
        pairs.push((lapis.as_secs_f64() / f64::from(times), raw.as_secs_f64() / f64::from(times)));
    }
    let quantiles = |value: fn(&(f64, f64)) -> f64| {
        let mut values: Vec<f64> = pairs.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        [1, 2, 3].map(|quarter| values[values.len() * quarter / 4])
    };
    Measured {
        lapis: quantiles(|pair| pair.0)[1],
        raw: quantiles(|pair| pair.1)[1],
        ratio: quantiles(|pair| pair.0 / pair.1),
        name: case.name,
        aim: case.aim,
        parts: case.parts,
    }
}

/// Does one side alone for a while, for a profiler to look at.
pub fn repeat(work: &mut Work, budget: Duration) {
    let start = Instant::now();
    let mut times = 1;
    while start.elapsed() < budget {
        if work(times) < TURN {
            times *= 2;
        }
    }
}

fn calibrate(case: &mut Case) -> u32 {
    let mut times = 1;
    loop {
        let slower = (case.lapis)(times).max((case.raw)(times));
        if slower >= TURN || times >= 1 << 20 {
            return times;
        }
        times *= 2;
    }
}

/// The head of a table.
#[must_use]
pub fn head(raw: &str) -> String {
    format!(
        "| work | Lapis | {raw} | ratio | middle half | each part | aim |\n| --- | --- | --- | --- | --- | --- | --- |"
    )
}

impl Measured {
    /// A row of the table.
    #[must_use]
    pub fn row(&self) -> String {
        let mut row = format!("| {} | {} | {} |", self.name, time(self.lapis), time(self.raw));
        let [low, middle, high] = self.ratio;
        let each = time((self.lapis - self.raw) / self.parts as f64);
        let sign = if self.lapis >= self.raw { "+" } else { "" };
        let _ = write!(row, " **{middle:.2}** | {low:.2} to {high:.2} | {sign}{each} |");
        match self.aim {
            Some(aim) if middle <= aim => write!(row, " {aim:.1} met |"),
            Some(aim) => write!(row, " {aim:.1} **missed** |"),
            None => write!(row, " |"),
        }
        .ok();
        row
    }
}

/// A time in a unit that suits it.
#[must_use]
pub fn time(seconds: f64) -> String {
    let size = seconds.abs();
    match size {
        _ if size < 1e-6 => format!("{:.0} ns", seconds * 1e9),
        _ if size < 1e-3 => format!("{:.2} µs", seconds * 1e6),
        _ => format!("{:.2} ms", seconds * 1e3),
    }
}

/// Times a loop over something that needs nothing before or after it.
pub fn timed<T>(times: u32, mut work: impl FnMut() -> T) -> Duration {
    let start = Stopwatch::start();
    for _ in 0..times {
        std::hint::black_box(work());
    }
    start.elapsed()
}
