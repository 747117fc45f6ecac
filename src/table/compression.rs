//! How tables are compressed.

/// How trace files are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// Plain CSV.
    #[default]
    None,
    /// Gzip, `.csv.gz`.
    Gzip,
    /// Zstandard, `.csv.zst`; written and read by a program built with the feature `zstd`.
    Zstd,
}

impl Compression {
    /// Names in files, in order.
    pub const NAMES: &'static [&'static str] = &["none", "gzip", "zstd"];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        }
    }

    /// The compression of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Compression::None, Compression::Gzip, Compression::Zstd]
            .into_iter()
            .find(|one| one.name() == name)
    }

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
