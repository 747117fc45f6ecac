use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;

fn number() -> impl Strategy<Value = Option<f64>> {
    option::of(prop_oneof![
        any::<f64>(),
        Just(f64::NAN),
        Just(-0.0),
        Just(f64::MIN_POSITIVE / 2.0)
    ])
}

prop_compose! {
    fn run()(
        values in vec(number(), 0..5),
        series in vec(number(), 0..9),
        error in option::of("[a-zü\n,\"]{0,12}"),
    ) -> Measured {
        Measured { values, series, error }
    }
}

/// Numbers by their bits, as one that is none equals nothing.
fn bits(run: &Measured) -> (Vec<Option<u64>>, Vec<Option<u64>>, Option<String>) {
    let all = |numbers: &[Option<f64>]| {
        let plain = |x: f64| {
            if x.is_nan() {
                NOT_A_NUMBER
            } else {
                x.to_bits()
            }
        };
        numbers.iter().map(|x| x.map(plain)).collect()
    };
    (all(&run.values), all(&run.series), run.error.clone())
}

/// Frames of so many runs each.
fn encoded(runs: &[Measured], of: usize, first: u64) -> Vec<u8> {
    let mut encoder = Encoder::new(first_sum("study"), first);
    let mut bytes = Vec::new();
    for frame in runs.chunks(of) {
        frame.iter().for_each(|run| encoder.push(run));
        encoder.flush(&mut bytes).expect("written");
    }
    bytes
}

fn decoded(bytes: &[u8], key: &str, first: u64) -> (Vec<Measured>, u64) {
    let mut decoder = Decoder::new(bytes, first_sum(key), first);
    let mut found = Vec::new();
    let mut next = first;
    while decoder
        .frame(|number, run| {
            assert_eq!(number, next);
            next += 1;
            found.push(run.clone());
            Ok::<(), io::Error>(())
        })
        .expect("read")
    {}
    assert_eq!(decoder.next(), first + found.len() as u64);
    (found, decoder.length())
}

/// Whether `found` is the beginning of `runs` that whole frames of `of` runs make.
fn is_begin(found: &[Measured], runs: &[Measured], of: usize) -> bool {
    let is_whole = found.len().is_multiple_of(of) || found.len() == runs.len();
    is_whole
        && found
            .iter()
            .map(bits)
            .eq(runs[..found.len()].iter().map(bits))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn runs_come_back_to_the_bit(runs in vec(run(), 0..9), of in 1usize..4, first in any::<u32>()) {
        let bytes = encoded(&runs, of, u64::from(first));
        let (found, length) = decoded(&bytes, "study", u64::from(first));
        prop_assert_eq!(length, bytes.len() as u64);
        prop_assert!(found.iter().map(bits).eq(runs.iter().map(bits)));
        // Runs of something else, or from another place on, are not taken for these.
        prop_assert_eq!(decoded(&bytes, "studz", u64::from(first)).1, 0);
        prop_assert_eq!(decoded(&bytes, "study", u64::from(first) + 1).1, 0);
    }

    #[test]
    fn what_was_cut_ends_with_the_last_whole_frame(runs in vec(run(), 1..6), of in 1usize..3) {
        let bytes = encoded(&runs, of, 0);
        for length in 0..bytes.len() {
            let (found, read) = decoded(&bytes[..length], "study", 0);
            prop_assert!(read <= length as u64);
            prop_assert!(found.len() < runs.len() && is_begin(&found, &runs, of), "{length}");
        }
    }

    #[test]
    fn a_changed_bit_ends_what_holds(runs in vec(run(), 1..6), of in 1usize..3, bit in 0u8..8) {
        let bytes = encoded(&runs, of, 0);
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << bit;
            let (found, read) = decoded(&changed, "study", 0);
            prop_assert!(read <= place as u64);
            prop_assert!(is_begin(&found, &runs, of), "{place}");
        }
    }

    #[test]
    fn any_bytes_are_read_without_harm(bytes in vec(any::<u8>(), 0..200), head in any::<bool>()) {
        let mut own = if head { MAGIC.to_vec() } else { Vec::new() };
        own.extend(bytes);
        prop_assert_eq!(decoded(&own, "study", 0).1, 0);
    }
}

#[test]
fn a_frame_that_was_dropped_or_moved_is_seen() {
    let run = |value| Measured {
        values: vec![Some(value)],
        ..Measured::default()
    };
    let runs = [run(1.0), run(2.0), run(3.0)];
    let bytes = encoded(&runs, 1, 0);
    let frame = bytes.len() / 3;
    let without_second = [&bytes[..frame], &bytes[2 * frame..]].concat();
    assert_eq!(decoded(&without_second, "study", 0).0.len(), 1);
    let turned = [
        &bytes[..frame],
        &bytes[2 * frame..],
        &bytes[frame..2 * frame],
    ]
    .concat();
    assert_eq!(decoded(&turned, "study", 0).0.len(), 1);
}
