//! Enums whose variants have names in files.

/// Declares an enum with the name of each variant in files and results. From it come `NAMES` and `ALL` in order, `name`
/// and `from_name`.
macro_rules! named {
    (
        $(#[$attribute:meta])*
        $vis:vis enum $type:ident {
            $($(#[$of_variant:meta])* $variant:ident = $name:literal,)+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $type {
            $($(#[$of_variant])* $variant,)+
        }

        #[allow(dead_code, reason = "not every enum is asked for everything")]
        impl $type {
            /// Names in files and results, in order.
            pub const NAMES: &'static [&'static str] = &[$($name),+];
            /// All of them, in order.
            pub const ALL: [$type; Self::NAMES.len()] = [$($type::$variant),+];

            /// The name in files and results.
            pub fn name(self) -> &'static str {
                Self::NAMES[self as usize]
            }

            /// The one of a name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.name() == name)
            }
        }
    };
}

pub(crate) use named;
