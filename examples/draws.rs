//! Draws of the model as raw bytes, for batteries of tests of random numbers.
//!
//! ```sh
//! cargo run --release --example draws -- neighbours | dieharder -g 200 -a
//! cargo run --release --example draws -- cities | rngtest -c 100000
//! ```
//!
//! Words are the model's own, in the order in which a battery is most likely to find what neighbouring addresses
//! share: all cities of a quarter, then the next quarter, and so on. They go on without end; the reader decides when
//! it has enough.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use dualtrack::kernel::random::{Draws, Purpose};

/// Orders of addresses, by name.
const ORDERS: [(&str, &str); 6] = [
    ("cities", "neighbouring cities first, then quarters"),
    ("quarters", "neighbouring quarters first, then cities"),
    ("replicates", "neighbouring replicates first, then quarters"),
    ("seeds", "neighbouring seeds first, then quarters"),
    ("purposes", "all purposes of a city, then the next city"),
    (
        "neighbours",
        "neighbours in all parts of the address in turn",
    ),
];

/// Purposes, with numbers that follow each other.
const PURPOSES: [Purpose; 12] = [
    Purpose::Moves,
    Purpose::DesignError,
    Purpose::Official,
    Purpose::LocalOptimum,
    Purpose::Instrument,
    Purpose::Incident,
    Purpose::Evaluation,
    Purpose::Measurement,
    Purpose::TopDown,
    Purpose::Champion,
    Purpose::Synthetic,
    Purpose::FirstOfficial,
];

/// An address: seed, replicate, purpose, code, position.
type Address = (u64, u64, Purpose, u64, u64);

/// The address number `i` of an order.
fn address(order: &str, i: u64) -> Address {
    const FIRST_CITY: u64 = 110_000;
    let moves = Purpose::Moves;
    match order {
        "cities" => (1, 0, moves, FIRST_CITY + i % 1000, i / 1000),
        "quarters" => (1, 0, moves, FIRST_CITY + i / 4000, i % 4000),
        "replicates" => (1, i % 1000, moves, FIRST_CITY, i / 1000),
        "seeds" => (i % 1000, 0, moves, FIRST_CITY, i / 1000),
        "purposes" => (1, 0, PURPOSES[(i % 12) as usize], FIRST_CITY + i / 12, 0),
        // Two of each part of the address, from the seed to the quarter, as a box that moves on.
        _ => {
            let bit = |place: u32| (i >> place) & 1;
            let box_number = i >> 5;
            let purpose = PURPOSES[(bit(2) + 2 * (box_number % 6)) as usize];
            let code = FIRST_CITY + bit(3) + 2 * (box_number / 6 % 1000);
            (
                1 + bit(0),
                bit(1),
                purpose,
                code,
                bit(4) + 2 * (box_number / 6000),
            )
        }
    }
}

fn write(order: &str) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    for i in 0.. {
        let (seed, replicate, purpose, code, position) = address(order, i);
        let block = Draws { seed, replicate }
            .stream(purpose)
            .block(code, position);
        for word in block {
            out.write_all(&word.to_le_bytes())?;
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let known = |name: &str| ORDERS.iter().any(|(order, _)| *order == name);
    let order = match arguments.as_slice() {
        [order] if known(order) => order,
        _ => {
            eprintln!("one order of addresses, of these:");
            for (name, meaning) in ORDERS {
                eprintln!("  {name:<12}{meaning}");
            }
            return ExitCode::from(2);
        }
    };
    match write(order) {
        // The reader has enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("standard output: {error}");
            ExitCode::FAILURE
        }
        Ok(()) => ExitCode::SUCCESS,
    }
}
