//! Enums whose cases have names: the names, their order and their number are derived from one list.

/// Enums of codes: each case with its name on the wire.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident { $($(#[$case_doc:meta])* $case:ident => $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
            serde::Deserialize,
        )]
        pub enum $name {$(
            $(#[$case_doc])*
            #[serde(rename = $text)]
            $case,
        )*}

        impl $name {
            /// Every one, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$case),*];

            /// The name on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$case => $text,)* }
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
        ($($(#[$case_meta:meta])* $case:ident $({ $($field:tt)* })? $(( $($value:tt)* ))? => $text:literal,)*)
        ($(#[$meta:meta])* $name:ident) ($(#[$code_meta:meta])* $method:ident $code:ident)
    ) => {
        $crate::codes::coded! {
            of $(#[$meta])* $name {
                $($(#[$case_meta])* $case $({ $($field)* })? $(( $($value)* ))?,)*
            } $method: $code
        }
        $crate::codes::codes! { $(#[$code_meta])* $code { $($(#[$case_meta])* $case => $text,)* } }
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
