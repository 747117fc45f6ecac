//! How tables are compressed.

use crate::kernel::named::named;

named! {
    /// How trace files are compressed.
    #[derive(Default)]
    pub enum Compression {
        /// Plain CSV.
        #[default]
        None = "none",
        /// Gzip, `.csv.gz`.
        Gzip = "gzip",
        /// Zstandard, `.csv.zst`; written and read by a program built with the feature `zstd`.
        Zstd = "zstd",
    }
}

impl Compression {
    /// How to get a program that can do what this one was built without; none where it can do it.
    pub fn lacking(self) -> Option<&'static str> {
        let is_lacking = self == Compression::Zstd && !cfg!(feature = "zstd");
        is_lacking.then_some("this program was built without zstd; build it with `--features zstd`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressions_are_found_by_name() {
        for name in Compression::NAMES {
            assert_eq!(
                Compression::from_name(name).map(Compression::name),
                Some(*name)
            );
        }
        assert_eq!(Compression::from_name("zip"), None);
    }
}
