# Reads each answer with its generated model, and prints what the model holds.
for (file in list.files(file.path(Sys.getenv("GENERATED"), "R"), full.names = TRUE)) {
  if (!grepl("_api\\.R$", file)) source(file)
}
for (line in readLines(Sys.getenv("ANSWERS"), encoding = "UTF-8")) {
  part <- strsplit(line, "\t")[[1]]
  said <- tryCatch(get(part[2])$new()$fromJSON(part[3])$toJSONString(), error = conditionMessage)
  cat(part[1], "\t", gsub("\n.*", "", said), "\n", sep = "")
}
