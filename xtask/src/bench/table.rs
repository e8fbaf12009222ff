//! The result as Markdown.

use std::time::Duration;

use super::Cost;

/// A table, and the machine. The first crate is ours, to which the others are held.
pub fn markdown(costs: &[Cost]) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut text = format!(
        "{} timed runs of each, in turns; seconds are the minimum (and the median).\n\
         {cores} cores, {}, {}.\n\n\
         | crate | generated lines | × ours | all lines | `check` | × ours | `build --release` | × ours |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|\n",
        costs.first().map_or(0, |cost| cost.check.len()),
        std::env::consts::ARCH,
        rustc(),
    );

    let Some(ours) = costs.first() else { return text };
    for cost in costs {
        text += &format!(
            "| {} | {} | {:.2} | {} | {} | {:.2} | {} | {:.2} |\n",
            cost.name,
            cost.generated_lines,
            cost.generated_lines as f64 / ours.generated_lines as f64,
            cost.lines,
            seconds(&cost.check),
            ratio(&cost.check, &ours.check),
            seconds(&cost.release),
            ratio(&cost.release, &ours.release),
        );
    }

    text
}

fn seconds(times: &[Duration]) -> String {
    format!("{:.2} ({:.2})", minimum(times).as_secs_f64(), median(times).as_secs_f64())
}

/// The minimum is what the work takes; what is above it is the machine doing something else.
fn ratio(times: &[Duration], ours: &[Duration]) -> f64 {
    minimum(times).as_secs_f64() / minimum(ours).as_secs_f64()
}

fn minimum(times: &[Duration]) -> Duration {
    times.iter().copied().min().unwrap_or_default()
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn rustc() -> String {
    let rustc = std::process::Command::new("rustc").arg("--version").output();
    let said = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    said.unwrap_or_else(|_| "rustc unknown".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_others_are_held_to_ours() {
        let cost = |name: &str, lines, times: [u64; 3]| {
            let times: Vec<_> = times.into_iter().map(Duration::from_millis).collect();
            let name = name.to_owned();
            Cost { name, generated_lines: lines, lines, check: times.clone(), release: times }
        };
        let costs = [cost("ours", 100, [900, 500, 700]), cost("other", 250, [1000, 2000, 3000])];
        let text = markdown(&costs);
        let rows: Vec<&str> = text.lines().rev().take(2).collect();

        assert_eq!(
            rows[0],
            "| other | 250 | 2.50 | 250 | 1.00 (2.00) | 2.00 | 1.00 (2.00) | 2.00 |"
        );

        assert_eq!(
            rows[1],
            "| ours | 100 | 1.00 | 100 | 0.50 (0.70) | 1.00 | 0.50 (0.70) | 1.00 |"
        );
    }
}
