# Reads lines "floor U symbol" (used) and "floor D symbol" (defined) and reports what a floor's
# library uses that it may not. Variable: floors (path of floors.txt).

BEGIN {
    while ((getline line < floors) > 0)
        if (line !~ /^#/ && split(line, field, /[ \t]+/) >= 2)
            level[field[2]] = field[1]
}

$2 == "D" {
    home[$3] = $1
}

$2 == "U" {
    user[++n] = $1
    used[n] = $3
}

END {
    for (i = 1; i <= n; i++) {
        other = home[used[i]]
        if (other != "" && other != user[i] && level[other] >= level[user[i]])
            print "libripple_" user[i] ".a uses " used[i] " of " other ", which is not below it"
        if (used[i] ~ /^(cl[A-Z]|CLBlast)/ && user[i] != "opencl")
            print "libripple_" user[i] ".a uses " used[i] "; only opencl uses OpenCL and CLBlast"
    }
}
