//! The program against an API and a sign-in that the tests play, in this process.

#[cfg(test)]
mod api;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod events;
#[cfg(test)]
mod importing;
#[cfg(test)]
mod interrupted;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod program;
#[cfg(test)]
mod server;
#[cfg(test)]
mod signing_in;
