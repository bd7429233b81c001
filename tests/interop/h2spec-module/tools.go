package tools

import _ "github.com/summerwind/h2spec"
