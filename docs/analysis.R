# Reads results of dualtrack and redraws a figure: competitiveness and waste over a grid of rules.
#
#   dualtrack sweep scenarios/experiments/tournament-comparability.toml
#   Rscript docs/analysis.R output/tournament-comparability figure.pdf
#
# Needs nothing but R.

arguments <- commandArgs(trailingOnly = TRUE)
folder <- arguments[1]
target <- arguments[2]
read <- function(name) read.csv(file.path(folder, paste0(name, ".csv")), check.names = FALSE)
design <- read("design")
summary <- read("summary")
runs <- read("runs")

# The summary is what the runs say: checked before anything is drawn.
means <- tapply(runs$competitiveness, runs$design_point, mean)
given <- subset(summary, response == "competitiveness")
stopifnot(max(abs(means[as.character(given$design_point)] - given$mean)) < 1e-9)

x <- "tournament.intensity"
y <- "tournament.comparability"
table <- merge(summary, design, by = "design_point")
pdf(target, width = 9, height = 4)
par(mfrow = c(1, 2), mar = c(4, 4, 2, 1))
for (name in c("competitiveness", "waste_share")) {
  one <- table[table$response == name, ]
  levels <- sort(unique(one[[y]]))
  plot(range(one[[x]]), range(one$low, one$high), type = "n",
       xlab = "intensity of the tournament", ylab = gsub("_", " ", name))
  for (place in seq_along(levels)) {
    line <- one[one[[y]] == levels[place], ]
    line <- line[order(line[[x]]), ]
    lines(line[[x]], line$mean, type = "b", pch = place, lty = place)
    arrows(line[[x]], line$low, line[[x]], line$high, angle = 90, code = 3, length = 0.02)
  }
  legend("topleft", legend = levels, pch = seq_along(levels), lty = seq_along(levels),
         title = "weight of comparability", cex = 0.7, bty = "n")
}
mtext(sprintf("Means over %d replicates with 95 %% intervals", max(summary$n)),
      outer = TRUE, line = -1)
invisible(dev.off())
cat(sprintf("%s: %d design points, %d runs\n", target, nrow(design), nrow(runs)))
