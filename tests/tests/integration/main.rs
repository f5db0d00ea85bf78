//! The integration tests: the store and the functions against a database in the process.

#[cfg(test)]
mod access;
#[cfg(test)]
mod archive;
#[cfg(test)]
mod capacity;
#[cfg(test)]
mod closing;
#[cfg(test)]
mod exclusivity;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod harness;
#[cfg(test)]
mod input;
#[cfg(test)]
mod link;
#[cfg(test)]
mod race;
#[cfg(test)]
mod stream;
#[cfg(test)]
mod template;
#[cfg(test)]
mod timers;
#[cfg(test)]
mod unreadable;
