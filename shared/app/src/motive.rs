//! How often each motive is given: a line of the log for each, which names the code and nothing else.

use domain::command::Command;
use runtime::telemetry;
use store::Effect;

/// Counts the motive of a command that changed something.
pub fn log_motive(command: &Command, effect: Effect) {
    if let (Some(motive), Effect::Changed) = (command.motive(), effect) {
        telemetry::log_reason(motive.as_str());
    }
}
