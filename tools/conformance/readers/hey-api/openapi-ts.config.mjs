export default { input: process.env.BINGX_CALLER, output: "generated", plugins: ["@hey-api/typescript", "zod"] };
