//! An enum that knows all of its variants.

/// Declares an enum without fields, and `ALL` of it in the order of its declaration: a variant cannot be left out.
macro_rules! listed {
    ($(#[$about:meta])* $seen:vis enum $name:ident { $($(#[$of:meta])* $variant:ident,)+ }) => {
        $(#[$about])*
        $seen enum $name { $($(#[$of])* $variant,)+ }

        impl $name {
            /// Every one, in the order in which they are offered.
            pub const ALL: [Self; [$(stringify!($variant)),+].len()] = [$(Self::$variant),+];
        }
    };
}
pub(crate) use listed;
