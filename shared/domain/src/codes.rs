//! Enums whose cases have names: the names, their order and their number are derived from one list.

/// Enums of codes: each case with its name on the wire and what it means.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($(#[doc = $meaning:literal])* $case:ident => $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            serde::Deserialize,
        )]
        pub enum $name {$(
            $(#[doc = $meaning])*
            #[serde(rename = $text)]
            $case,
        )*}

        impl $name {
            /// Every one, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$case),*];

            /// The names on the wire, in the same order.
            pub const NAMES: &'static [&'static str] = &[$($text),*];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$case => $text,)* }
            }

            /// What it means, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$case => concat!($($meaning),*).trim_ascii(),)* }
            }

            /// The one of that name.
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == text)
            }
        }
    )*};
}

/// Enums whose cases have data, each with the code of its case.
///
/// The codes are an enum of its own, made of the same list: `$code`, which `$method` gives of a value. With
/// `of` in front of it the enum of codes exists already, and the cases of both must have the same names.
macro_rules! coded {
    ($(#[$meta:meta])* $name:ident { $($body:tt)* } $(#[$code_meta:meta])* $method:ident: $code:ident) => {
        $crate::codes::coded! { @cases ($($body)*) ($(#[$meta])* $name) ($(#[$code_meta])* $method $code) }
    };
    (@cases
        ($($(#[doc = $meaning:literal])* $case:ident $({ $($field:tt)* })? $(( $($value:tt)* ))? => $text:literal,)*)
        ($(#[$meta:meta])* $name:ident) ($(#[$code_meta:meta])* $method:ident $code:ident)
    ) => {
        $crate::codes::coded! {
            of $(#[$meta])* $name {
                $($(#[doc = $meaning])* $case $({ $($field)* })? $(( $($value)* ))?,)*
            } $method: $code
        }
        $crate::codes::codes! { $(#[$code_meta])* $code { $($(#[doc = $meaning])* $case => $text,)* } }
    };
    (of $(#[$meta:meta])* $name:ident {
        $($(#[$case_meta:meta])* $case:ident $({ $($field:tt)* })? $(( $($value:tt)* ))?,)*
    } $method:ident: $code:ident) => {
        $(#[$meta])*
        pub enum $name {$(
            $(#[$case_meta])*
            $case $({ $($field)* })? $(( $($value)* ))?,
        )*}

        impl $name {
            /// The code of the case.
            pub fn $method(&self) -> $code {
                match self {$(
                    Self::$case { .. } => $code::$case,
                )*}
            }
        }
    };
}

pub(crate) use {coded, codes};
