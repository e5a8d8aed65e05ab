# Reads C files of TREE/src and reports what their folder may not include or call.
# Variables: floors (path of floors.txt) and tree.

BEGIN {
    while ((getline line < floors) > 0) {
        n = split(line, field, /[ \t]+/)
        if (line ~ /^#/ || n < 2)
            continue
        level[field[2]] = field[1]
        for (i = 3; i <= n; i++)
            home[field[i]] = field[2]
    }
}

function report(message)
{
    print label ":" FNR ": " message
}

# May the file's folder see `other`?
function sees(other)
{
    return other == folder || level[other] < level[folder]
}

# The line without its comments. `in_comment` carries over from line to line; with `blank`, strings
# keep their quotes and lose their text.
function strip(line, blank,    out, i, c, two, quote)
{
    out = ""
    quote = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        two = substr(line, i, 2)
        if (in_comment) {
            if (two == "*/") {
                in_comment = 0
                i++
            }
        } else if (quote != "") {
            if (c == "\\")
                i++
            else if (c == quote)
                quote = ""
            if (!blank || quote == "")
                out = out c
        } else if (two == "/*") {
            in_comment = 1
            out = out " "
            i++
        } else if (two == "//") {
            break
        } else {
            if (c == "\"" || c == "'")
                quote = c
            out = out c
        }
    }
    return out
}

function check_include(path, bracketed,    part, name)
{
    split(path, part, "/")
    if (part[1] == "ripple") {
        name = part[2]
        sub(/\.h$/, "", name)
        if (!(name in home))
            report("<" path "> is in no row of floors.txt")
        else if (!sees(home[name]))
            report(folder " includes <" path ">, which " home[name] " implements")
    } else if (part[1] == "CL" || path ~ /^clblast/) {
        if (folder != "opencl")
            report(folder " includes <" path ">; only opencl uses OpenCL and CLBlast")
    } else if (!bracketed) {
        if (!(part[1] in level))
            report("\"" path "\" does not begin with a folder of src")
        else if (!sees(part[1]))
            report(folder " includes \"" path "\", which is not below it")
    }
}

FNR == 1 {
    label = substr(FILENAME, length(tree) + 2)
    split(label, part, "/")
    folder = part[2]
    in_comment = 0
}

{
    was_in_comment = in_comment
    text = strip($0, 0)
    if (match(text, /^[ \t]*#[ \t]*include[ \t]*[<"][^>"]*[>"]/)) {
        path = substr(text, RSTART, RLENGTH)
        sub(/^[^<"]*/, "", path)
        check_include(substr(path, 2, length(path) - 2), path ~ /^</)
        next
    }
    if (folder == "cli")
        next
    in_comment = was_in_comment
    text = " " strip($0, 1) " "
    if (match(text, /[^A-Za-z0-9_](v?printf|puts|putchar|perror|g_print|g_printerr|_?exit|_Exit|quick_exit)[ \t]*\(/)) {
        name = substr(text, RSTART + 1, RLENGTH - 2)
        sub(/[ \t]+$/, "", name)
        report(folder " calls " name "(); only cli prints and exits")
    }
    if (match(text, /[^A-Za-z0-9_](stdout|stderr)[^A-Za-z0-9_]/))
        report(folder " uses " substr(text, RSTART + 1, RLENGTH - 2) "; only cli prints and exits")
}
